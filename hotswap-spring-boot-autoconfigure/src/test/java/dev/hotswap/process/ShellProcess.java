package dev.hotswap.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A shell script as a real process, which says on its standard output that it is ready,
 * and how many grandchildren it has. All of them die with it.
 */
final class ShellProcess implements AutoCloseable {

	private final Process process;

	private final BufferedReader output;

	private final List<ProcessHandle> others = new ArrayList<>();

	ShellProcess(String script) throws IOException {
		this.process = new ProcessBuilder("sh", "-c", script).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		this.output = this.process.inputReader(StandardCharsets.UTF_8);
	}

	ProcessId id() {
		return ProcessId.find(this.process.pid()).orElseThrow();
	}

	/**
	 * A line that the script writes: the pid of another process, which then belongs to
	 * this object.
	 */
	ProcessId readProcess() throws IOException {
		long pid = Long.parseLong(this.output.readLine().trim());
		ProcessHandle.of(pid).ifPresent(this.others::add);
		return ProcessId.find(pid).orElseThrow();
	}

	String readLine() throws IOException {
		return this.output.readLine();
	}

	Process process() {
		return this.process;
	}

	void signal(String name) throws Exception {
		new ProcessBuilder("sh", "-c", "kill -%s %d".formatted(name, this.process.pid())).inheritIO().start().waitFor();
	}

	@Override
	public void close() throws Exception {
		this.others.forEach(ProcessHandle::destroyForcibly);
		this.process.destroyForcibly().waitFor();
		this.output.close();
	}

}
