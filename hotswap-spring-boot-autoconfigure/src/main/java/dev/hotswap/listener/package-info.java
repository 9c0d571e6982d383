/**
 * Where a listener comes from: the predecessor, the service manager, inetd, or a fresh
 * bind.
 */
@NullMarked
package dev.hotswap.listener;

import org.jspecify.annotations.NullMarked;
