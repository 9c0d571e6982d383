/**
 * Processes of the operating system: command line, launching, watching, fencing, and the
 * service manager that watches them.
 */
@NullMarked
package dev.hotswap.process;

import org.jspecify.annotations.NullMarked;
