/**
 * A web server's accepting side as a handoff sees it, and the registry of connectors.
 */
@NullMarked
package dev.hotswap.web;

import org.jspecify.annotations.NullMarked;
