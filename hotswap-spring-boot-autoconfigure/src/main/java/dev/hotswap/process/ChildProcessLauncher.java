package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Launches child processes that share this process's standard input, output and error.
 *
 * @since 0.1.0
 */
public final class ChildProcessLauncher implements ProcessLauncher {

	/**
	 * Create a launcher.
	 */
	public ChildProcessLauncher() {
	}

	@Override
	public LaunchedProcess launch(LaunchRequest request) throws IOException {
		Process process = builder(request).inheritIO().start();
		long pid = process.pid();
		// A process that is gone already has no start time any more
		return new Child(process, ProcessId.find(pid).orElseGet(() -> new ProcessId(pid, -1)));
	}

	static ProcessBuilder builder(LaunchRequest request) throws IOException {
		if (!Files.isDirectory(request.directory())) {
			throw new IOException("The working directory %s is not there".formatted(request.directory()));
		}
		for (String word : request.commandLine().words()) {
			NativeEncoding.check(word);
		}
		ProcessBuilder builder = new ProcessBuilder(request.commandLine().words())
			.directory(request.directory().toFile());
		apply(request.environment(), builder.environment());
		return builder;
	}

	/**
	 * Variables that stay as they are must not be put again: the builder's map keeps the
	 * bytes of those it was created with, whatever this process's locale makes of them.
	 */
	private static void apply(Map<String, String> wanted, Map<String, String> environment) throws IOException {
		environment.keySet().retainAll(wanted.keySet());
		for (Map.Entry<String, String> entry : wanted.entrySet()) {
			if (!entry.getValue().equals(environment.get(entry.getKey()))) {
				NativeEncoding.check(entry.getKey() + "=" + entry.getValue());
				environment.put(entry.getKey(), entry.getValue());
			}
		}
	}

	private record Child(Process process, ProcessId id) implements LaunchedProcess {

		@Override
		public CompletableFuture<Integer> onExit() {
			return this.process.onExit().thenApply(Process::exitValue);
		}

	}

}
