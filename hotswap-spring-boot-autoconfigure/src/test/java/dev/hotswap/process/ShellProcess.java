package dev.hotswap.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;

/**
 * A shell script as a real process, and other processes that it names. All of them are
 * killed at the end.
 */
final class ShellProcess implements AutoCloseable {

	private final Process process;

	private final BufferedReader output;

	private final List<ProcessHandle> others = new ArrayList<>();

	ShellProcess(String script) throws IOException {
		this.process = new ProcessBuilder("sh", "-c", script).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		this.output = this.process.inputReader(StandardCharsets.UTF_8);
	}

	/**
	 * A process that never reaps its one child, whose pid is the first line: a shell
	 * might, but once it has become a sleep it does not.
	 */
	static ShellProcess withChildThatIsNotReaped() throws IOException {
		ShellProcess parent = new ShellProcess("sleep 60 & echo $!; exec sleep 60 >/dev/null");
		Path name = Path.of("/proc", Long.toString(parent.process.pid()), "comm");
		Awaitility.await().until(() -> Files.readString(name).equals("sleep\n"));
		return parent;
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

	/**
	 * Stop the process and see it stopped: until then another signal could overtake.
	 */
	void stop() throws Exception {
		ProcessId id = id();
		new ProcessBuilder("sh", "-c", "kill -STOP " + id.pid()).inheritIO().start().waitFor();
		Awaitility.await().until(() -> {
			ProcessId.ProcessStat stat = ProcessId.ProcessStat.read(id.pid());
			return stat != null && stat.state() == 'T';
		});
	}

	@Override
	public void close() throws Exception {
		this.others.forEach(ProcessHandle::destroyForcibly);
		this.process.destroyForcibly().waitFor();
		this.output.close();
	}

}
