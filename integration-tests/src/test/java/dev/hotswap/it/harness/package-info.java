/**
 * What the tests that start real processes share: JDKs, processes and their exits, the
 * load client.
 */
@NullMarked
package dev.hotswap.it.harness;

import org.jspecify.annotations.NullMarked;
