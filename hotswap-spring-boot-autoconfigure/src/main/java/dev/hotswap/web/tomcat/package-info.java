/**
 * Tomcat's connector, with an accept loop that can be gated, stopped and resumed.
 */
@NullMarked
package dev.hotswap.web.tomcat;

import org.jspecify.annotations.NullMarked;
