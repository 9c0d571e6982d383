package dev.hotswap.warmup;

import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * For how long the JVM's compilers have run or waited for a processor, from
 * {@code /proc/self/task/<tid>/schedstat} (sched-stats.rst of the kernel). The
 * {@link CompilationMXBean}, which is asked where the kernel does not tell, counts a
 * compilation only at its end, and one may take a second. For one thread.
 */
final class CompilerTime implements LongSupplier {

	/** As HotSpot names them, and as much of it as the kernel keeps. */
	private static final Pattern COMPILER = Pattern.compile("C[12] Compiler.*", Pattern.DOTALL);

	private final Path tasks;

	/** Threads end as well, and what they did stays. */
	private final Map<Path, Long> times = new HashMap<>();

	CompilerTime() {
		this(Path.of("/proc/self/task"));
	}

	CompilerTime(Path tasks) {
		this.tasks = tasks;
	}

	/**
	 * Look.
	 * @return nanoseconds, of which only the increase means something
	 */
	@Override
	public long getAsLong() {
		try (Stream<Path> threads = Files.list(this.tasks)) {
			threads.filter(CompilerTime::isCompiler).forEach(this::look);
		}
		catch (IOException ex) {
			// As where it is no Linux
			return reported();
		}
		return this.times.isEmpty() ? reported() : this.times.values().stream().mapToLong(Long::longValue).sum();
	}

	private static boolean isCompiler(Path thread) {
		try {
			return COMPILER.matcher(Files.readString(thread.resolve("comm"), StandardCharsets.ISO_8859_1)).matches();
		}
		catch (IOException ex) {
			// It has ended
			return false;
		}
	}

	private void look(Path thread) {
		try {
			String[] fields = Files.readString(thread.resolve("schedstat")).trim().split(" ");
			this.times.put(thread, Long.parseLong(fields[0]) + Long.parseLong(fields[1]));
		}
		catch (IOException ex) {
			// It has ended, or the kernel keeps none
			return;
		}
	}

	private static long reported() {
		CompilationMXBean compilation = ManagementFactory.getCompilationMXBean();
		return (compilation != null && compilation.isCompilationTimeMonitoringSupported())
				? TimeUnit.MILLISECONDS.toNanos(compilation.getTotalCompilationTime()) : 0;
	}

}
