package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests for {@link NiceValue}.
 */
@Timeout(60)
class NiceValueTests {

	private final int usual;

	NiceValueTests() throws IOException {
		this.usual = NiceValue.ofThisProcess();
	}

	/** Whether a value that was raised can be lowered again. */
	static boolean mayGoBackTo(int usual) throws IOException {
		return NiceValue.run(List.of("nice", "-n", "1", "sh", "-c", "renice " + usual + " -p $$")) == 0;
	}

	@AfterEach
	void goBack() throws Exception {
		if (NiceValue.ofThisProcess() != this.usual) {
			renice(this.usual, threads());
		}
	}

	@Test
	void threadsAndProcessesMadeMeanwhileGoBack() throws Exception {
		assumeTrue(mayGoBackTo(this.usual), "the nice value cannot be lowered here");
		renice(this.usual + 5, threads());
		NiceValue nice = NiceValue.of(Map.of(NiceValue.VARIABLE, Integer.toString(this.usual)));
		CountDownLatch end = new CountDownLatch(1);
		Thread thread = new Thread(() -> awaitQuietly(end), "made-meanwhile");
		thread.start();
		try (ShellProcess child = new ShellProcess("nice; exec sleep 60")) {
			assertThat(child.readLine()).isEqualTo(Integer.toString(this.usual + 5));
			nice.restore();
			assertThat(values(ProcessHandle.current().pid())).containsOnly(this.usual, this.usual + 5);
			nice.restoreCompilers();
			assertThat(values(ProcessHandle.current().pid())).containsOnly(this.usual);
			assertThat(values(child.id().pid())).containsOnly(this.usual);
		}
		finally {
			end.countDown();
			thread.join();
		}
	}

	@Test
	void whatCannotGoBackIsAnError() throws Exception {
		renice(this.usual + 5, List.of(Long.toString(ProcessHandle.current().pid())));
		assumeTrue(mayGoBackTo(this.usual), "the nice value cannot be lowered here");
		NiceValue nice = NiceValue.of(Map.of(NiceValue.VARIABLE, Integer.toString(this.usual)));
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(IOException.class).isThrownBy(nice::restore).withMessageContaining("renice");
		assertThat(Thread.interrupted()).isTrue();
		nice.restore();
		assertThat(values(ProcessHandle.current().pid())).containsOnly(this.usual);
	}

	@Test
	void nothingHappensToAProcessThatWasLaunchedWithTheUsualValue() throws Exception {
		for (Map<String, String> environment : List.of(Map.<String, String>of(), Map.of(NiceValue.VARIABLE, "low"),
				Map.of(NiceValue.VARIABLE, Integer.toString(this.usual)))) {
			NiceValue.of(environment).restore();
			assertThat(values(ProcessHandle.current().pid())).containsOnly(this.usual);
		}
	}

	private static void renice(int nice, List<String> threads) throws IOException {
		List<String> command = new ArrayList<>(List.of("renice", Integer.toString(nice), "-p"));
		command.addAll(threads);
		NiceValue.run(command);
	}

	private static List<String> threads() throws IOException {
		List<String> threads = new ArrayList<>();
		try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
			tasks.forEach((task) -> threads.add(task.getFileName().toString()));
		}
		return threads;
	}

	private static List<Integer> values(long pid) throws IOException {
		List<Integer> values = new ArrayList<>();
		try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
			for (Path task : tasks) {
				String stat = Files.readString(task.resolve("stat"));
				values.add(Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]));
			}
		}
		return values;
	}

	private static void awaitQuietly(CountDownLatch end) {
		try {
			end.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
