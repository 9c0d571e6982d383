/**
 * What a handoff costs its clients, beside the alternatives, and what the starter costs
 * while nothing happens: {@link dev.hotswap.benchmark.Benchmarks} runs each of these.
 */
@NullMarked
package dev.hotswap.benchmark;

import org.jspecify.annotations.NullMarked;
