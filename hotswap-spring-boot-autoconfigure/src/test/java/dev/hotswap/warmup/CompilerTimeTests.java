package dev.hotswap.warmup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link CompilerTime}.
 */
class CompilerTimeTests {

	@TempDir
	Path tasks;

	@Test
	void compilersThatRunOrWaitCount() throws IOException {
		thread("1", "java\n", "100000000000 100000000000 5\n");
		thread("2", "C1 CompilerThre\n", "1000 30 2\n");
		thread("3", "C2 CompilerThre\n", "20000 400000 7\n");
		assertThat(new CompilerTime(this.tasks).getAsLong()).isEqualTo(421_030);
	}

	@Test
	void whatAnEndedThreadDidStays() throws IOException {
		CompilerTime time = new CompilerTime(this.tasks);
		Path ended = thread("2", "C1 CompilerThre\n", "1000 0 2\n");
		thread("3", "C2 CompilerThre\n", "20000 0 7\n");
		assertThat(time.getAsLong()).isEqualTo(21_000);
		Files.delete(ended.resolve("comm"));
		Files.delete(ended.resolve("schedstat"));
		thread("3", "C2 CompilerThre\n", "20005 0 7\n");
		assertThat(time.getAsLong()).isEqualTo(21_005);
	}

	@Test
	void whereTheKernelDoesNotTellTheJvmIsAsked() throws IOException {
		assertThat(new CompilerTime(this.tasks.resolve("none")).getAsLong()).isPositive();
		Files.writeString(Files.createDirectory(this.tasks.resolve("2")).resolve("comm"), "C1 CompilerThre\n");
		long reported = new CompilerTime(this.tasks).getAsLong();
		assertThat(reported).isPositive();
		assertThat(reported % TimeUnit.MILLISECONDS.toNanos(1)).isZero();
	}

	@Test
	void growsAsThisJvmCompiles() {
		CompilerTime time = new CompilerTime();
		long before = time.getAsLong();
		await().atMost(Duration.ofSeconds(20)).until(() -> {
			Fresh.work().run();
			return time.getAsLong() - before > TimeUnit.MILLISECONDS.toNanos(2);
		});
	}

	private Path thread(String id, String name, String times) throws IOException {
		Path thread = Files.createDirectories(this.tasks.resolve(id));
		Files.writeString(thread.resolve("comm"), name);
		Files.writeString(thread.resolve("schedstat"), times);
		return thread;
	}

	/** Of a class that no compiler has seen. */
	private static final class Fresh extends ClassLoader {

		static Runnable work() throws Exception {
			String name = Work.class.getName();
			try (InputStream stream = CompilerTimeTests.class.getClassLoader()
				.getResourceAsStream(name.replace('.', '/') + ".class")) {
				byte[] bytes = stream.readAllBytes();
				return (Runnable) new Fresh().defineClass(name, bytes, 0, bytes.length).getConstructor().newInstance();
			}
		}

	}

	/**
	 * Something to compile.
	 */
	public static final class Work implements Runnable {

		private long sum;

		public Work() {
		}

		@Override
		public void run() {
			for (int i = 0; i < 200_000; i++) {
				this.sum += step(i);
			}
		}

		private static long step(int i) {
			return Integer.toString(i).hashCode() % 7;
		}

	}

}
