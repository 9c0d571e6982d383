package dev.hotswap.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Archives of class data (the JDK's {@code -XX:SharedArchiveFile}), one for each JDK and
 * class path, with which the many processes of the tests start in two thirds of the time.
 * Made at first use and kept as long as the tests run.
 */
final class ClassData implements AutoCloseable {

	private final Path folder;

	private final Thread hook;

	private final Jars jars;

	private final Map<String, Path> archives = new HashMap<>();

	ClassData() {
		try {
			this.folder = Files.createTempDirectory("hotswap-class-data");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.jars = new Jars(this.folder);
		this.hook = new Thread(() -> Sandbox.delete(this.folder), "class-data-hook");
		Runtime.getRuntime().addShutdownHook(this.hook);
	}

	String packaged(ClassPath classPath) {
		return this.jars.packaged(classPath);
	}

	/**
	 * The options with which a process finds its archive.
	 * @param jdk the JDK
	 * @param jvmOptions the other options, which the archive depends on
	 * @param packaged a class path from {@link #packaged}
	 * @return the options, none where this JDK makes no archive
	 */
	List<String> options(Jdk jdk, List<String> jvmOptions, String packaged) {
		Path archive = this.archives.computeIfAbsent(jdk + " " + jvmOptions + " " + packaged,
				(key) -> train(jdk, jvmOptions, packaged));
		// Newer JDKs say with each start that what is opened differs, and use the archive
		// nevertheless
		return Files.exists(archive) ? List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off") : List.of();
	}

	private Path train(Jdk jdk, List<String> jvmOptions, String packaged) {
		Path archive = this.folder.resolve("%d.jsa".formatted(this.archives.size()));
		int port = Ports.free();
		List<String> command = new ArrayList<>(List.of(jdk.java().toString()));
		command.addAll(jvmOptions);
		command.addAll(List.of("-XX:ArchiveClassesAtExit=" + archive, "-Djava.io.tmpdir=" + this.folder, "-cp",
				packaged, App.FIXTURE, "--server.port=" + port));
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();
			try {
				App.awaitReady(port);
			}
			finally {
				process.destroy();
				if (!process.waitFor(60, TimeUnit.SECONDS)) {
					process.destroyForcibly();
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return archive;
	}

	@Override
	public void close() {
		Runtime.getRuntime().removeShutdownHook(this.hook);
		Sandbox.delete(this.folder);
	}

}
