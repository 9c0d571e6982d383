/**
 * The operator's command: asks the running instance for something over its control
 * socket, shows how it goes, and exits with a status that a script can rely on.
 */
@NullMarked
package dev.hotswap.command;

import org.jspecify.annotations.NullMarked;
