package dev.hotswap.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Owns everything that a test starts: the processes, with all generations that come of
 * them, and their folder for temporary files. Registered as an extension it ends them
 * after each test, or after the class, and fails the test when something is left that
 * should not be: a second process behind an address, a zombie, a process that SIGTERM
 * does not end, a socket file.
 */
public final class Sandbox implements BeforeEachCallback, AfterEachCallback, AutoCloseable {

	private static final String VARIABLE = "HOTSWAP_SANDBOX";

	private static final int SIGTERM = 15;

	private static final Duration END = Duration.ofSeconds(20);

	private final Subreaper subreaper = new Subreaper();

	private final List<App> apps = new ArrayList<>();

	private @Nullable ClassData classData;

	private @Nullable Path folder;

	private @Nullable Thread hook;

	private boolean failed;

	/**
	 * Prepare a process that runs the fixture application.
	 * @param platform what to run on
	 * @return its settings
	 */
	public App.Builder app(Platform platform) {
		return new App.Builder(this, platform);
	}

	/**
	 * The folder for files of the test's own, which is deleted with the sandbox. Its name
	 * is short, since the path of a Unix socket has to be.
	 * @return the folder
	 */
	public Path folder() {
		if (this.folder == null) {
			Path created = create();
			this.folder = created;
			this.hook = new Thread(() -> {
				killAll();
				delete(created);
			}, "sandbox-hook");
			Runtime.getRuntime().addShutdownHook(this.hook);
		}
		return this.folder;
	}

	/**
	 * The folder that is {@code java.io.tmpdir} to the processes.
	 * @return the folder
	 */
	public Path temporaryFolder() {
		return folder().resolve("tmp");
	}

	public Subreaper subreaper() {
		return this.subreaper;
	}

	/**
	 * The processes that live now, of whatever generation.
	 * @return their ids
	 */
	public List<Long> living() {
		return entries().stream().map(ProcessTable.Entry::pid).toList();
	}

	void started(App app) {
		this.apps.add(app);
		this.subreaper.register(app.process());
	}

	/**
	 * What lets processes start faster, or {@code null} outside of JUnit.
	 */
	@Nullable ClassData classData() {
		return this.classData;
	}

	int nextNumber() {
		return this.apps.size() + 1;
	}

	/**
	 * Mark a process that is to be started, and all that will come of it.
	 */
	void mark(ProcessBuilder process) {
		process.environment().put(VARIABLE, folder().toString());
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		ExtensionContext.Store store = context.getRoot().getStore(ExtensionContext.Namespace.create(Sandbox.class));
		this.classData = store.computeIfAbsent(ClassData.class);
	}

	@Override
	public void afterEach(ExtensionContext context) {
		if (context.getExecutionException().isPresent()) {
			this.failed = true;
			String platform = context.getParent().map(ExtensionContext::getDisplayName).orElse("");
			showOutput(context.getDisplayName() + " " + platform);
		}
		close();
	}

	/**
	 * End everything, and check that nothing was left.
	 */
	@Override
	public void close() {
		if (this.folder == null) {
			return;
		}
		List<String> left = new ArrayList<>();
		try {
			if (!this.failed) {
				left.addAll(endOrderly());
				if (!left.isEmpty()) {
					showOutput("a test that left something behind");
				}
			}
		}
		finally {
			killAll();
			this.subreaper.zombies().forEach((zombie) -> this.subreaper.reap(zombie.pid()));
			delete(this.folder);
			Runtime.getRuntime().removeShutdownHook(Objects.requireNonNull(this.hook));
			this.folder = null;
			this.failed = false;
			this.apps.clear();
		}
		if (!left.isEmpty()) {
			throw new AssertionError("Left behind: " + left);
		}
	}

	private List<String> endOrderly() {
		List<String> left = new ArrayList<>();
		List<ProcessTable.Entry> living = entries();
		long addresses = this.apps.stream().mapToInt(App::port).distinct().count();
		if (living.size() > addresses) {
			left.add("%d processes behind %d addresses: %s".formatted(living.size(), addresses, living));
		}
		ProcessTable.all()
			.stream()
			.filter((entry) -> entry.zombie() && living.stream().anyMatch((parent) -> parent.pid() == entry.parent()))
			.forEach((zombie) -> left.add("zombie " + zombie));
		living.forEach((process) -> end(process, left));
		try (Stream<Path> files = Files.walk(temporaryFolder())) {
			files.filter((file) -> file.toString().endsWith(".sock")).forEach((file) -> left.add("file " + file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return left;
	}

	private void end(ProcessTable.Entry process, List<String> left) {
		try {
			this.subreaper.signal(process.pid(), SIGTERM);
			this.subreaper.awaitExit(process.pid(), END);
		}
		catch (AssertionError | IllegalStateException ex) {
			left.add("process " + process + " after SIGTERM");
		}
	}

	private void killAll() {
		List<Long> living = living();
		while (!living.isEmpty()) {
			for (long pid : living) {
				try {
					this.subreaper.kill(pid);
					this.subreaper.awaitExit(pid, END);
				}
				catch (IllegalStateException ex) {
					// Gone in between
				}
			}
			living = living();
		}
	}

	private List<ProcessTable.Entry> entries() {
		return (this.folder != null) ? ProcessTable.withEnvironment(VARIABLE + "=" + this.folder) : List.of();
	}

	private void showOutput(String test) {
		for (App app : this.apps) {
			System.out.println("---- output of " + app + " in " + test);
			System.out.println(app.output().lines().map((line) -> "     " + line).collect(Collectors.joining("\n")));
		}
	}

	private static Path create() {
		try {
			Path folder = Files.createTempDirectory("hs");
			Files.createDirectory(folder.resolve("tmp"));
			return folder;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static void delete(Path folder) {
		try (Stream<Path> files = Files.walk(folder)) {
			for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
				Files.deleteIfExists(file);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
