package dev.hotswap.it.harness;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * Archives of class data (the JDK's {@code -XX:SharedArchiveFile}), one for each JDK and
 * class path, with which the many processes of the tests start in two thirds of the time.
 * Made at first use and kept as long as the tests run.
 */
final class ClassData implements AutoCloseable {

	private final Path folder;

	private final Thread hook;

	private final Map<String, Path> jars = new HashMap<>();

	private final Map<String, Path> archives = new HashMap<>();

	ClassData() {
		try {
			this.folder = Files.createTempDirectory("hotswap-class-data");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.hook = new Thread(() -> Sandbox.delete(this.folder), "class-data-hook");
		Runtime.getRuntime().addShutdownHook(this.hook);
	}

	/**
	 * The class path with jars in the place of folders, since an archive can hold no
	 * classes from folders.
	 * @param classPath the class path
	 * @return the class path to use with the archive
	 */
	String packaged(ClassPath classPath) {
		List<String> packaged = new ArrayList<>();
		for (String entry : classPath.toString().split(File.pathSeparator)) {
			boolean isFolder = Files.isDirectory(Path.of(entry));
			packaged.add(isFolder ? this.jars.computeIfAbsent(entry, this::jar).toString() : entry);
		}
		return String.join(File.pathSeparator, packaged);
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

	private Path jar(String classes) {
		Path source = Path.of(classes);
		Path jar = this.folder.resolve("%d.jar".formatted(this.jars.size()));
		try (JarOutputStream output = new JarOutputStream(Files.newOutputStream(jar));
				Stream<Path> files = Files.walk(source)) {
			for (Path file : files.filter((path) -> !path.equals(source)).toList()) {
				// Spring finds components in a jar by the entries of its folders
				boolean isFolder = Files.isDirectory(file);
				output.putNextEntry(new JarEntry(source.relativize(file) + (isFolder ? "/" : "")));
				if (!isFolder) {
					Files.copy(file, output);
				}
				output.closeEntry();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return jar;
	}

	@Override
	public void close() {
		Runtime.getRuntime().removeShutdownHook(this.hook);
		Sandbox.delete(this.folder);
	}

}
