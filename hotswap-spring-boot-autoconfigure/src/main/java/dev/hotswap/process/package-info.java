/**
 * Processes of the operating system: command line, launching, watching, fencing.
 */
@NullMarked
package dev.hotswap.process;

import org.jspecify.annotations.NullMarked;
