package dev.hotswap.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.LongPredicate;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import static org.awaitility.Awaitility.await;

/**
 * An application as a client and an operator see it: an address, the process that a test
 * started there, and whatever generations have come of that. All of them write to one
 * file.
 */
public final class App {

	/**
	 * The fixture application's main class.
	 */
	static final String FIXTURE = "dev.hotswap.it.fixture.FixtureApplication";

	private static final Duration START = Duration.ofSeconds(60);

	private static final Duration POLL = Duration.ofMillis(20);

	private static final int SIGTERM = 15;

	private static final int SIGUSR1 = 10;

	private static final int SIGUSR2 = 12;

	private final Sandbox sandbox;

	private final Process process;

	private final Path outputFile;

	private final int port;

	private final int managementPort;

	private final boolean signalsRelocated;

	private final boolean contained;

	private App(Builder builder, Process process, Path outputFile) {
		this.sandbox = builder.sandbox;
		this.process = process;
		this.outputFile = outputFile;
		this.port = builder.port;
		this.managementPort = builder.managementPort;
		this.signalsRelocated = builder.environment.containsKey("_JAVA_SR_SIGNUM");
		this.contained = !builder.container.isEmpty();
	}

	public int port() {
		return this.port;
	}

	public int managementPort() {
		return this.managementPort;
	}

	/**
	 * The id of the process that the test started.
	 * @return the process id
	 */
	public long pid() {
		return this.process.pid();
	}

	Process process() {
		return this.process;
	}

	/**
	 * Wait until the process that the test started, or the first in its container,
	 * answers requests and is ready; before that it may answer, but does not hand over.
	 * @return this
	 */
	public App awaitServing() {
		awaitAnswerFrom((pid) -> pid == pid() || this.contained);
		awaitReady();
		return this;
	}

	/**
	 * Wait until the process that answers is ready.
	 */
	public void awaitReady() {
		awaitReady(this.managementPort);
	}

	static void awaitReady(int managementPort) {
		await().atMost(START).pollInterval(POLL).ignoreException(ConnectException.class).until(() -> {
			Answer readiness = Http.once(managementPort, "GET", "/actuator/health/readiness");
			return readiness.status() == 200;
		});
	}

	/**
	 * Wait until another process than the given one answers on a new connection.
	 * @param predecessor the process that has answered until now
	 * @return the successor's process id
	 */
	public long awaitSuccessorOf(long predecessor) {
		return awaitAnswerFrom((pid) -> pid != predecessor);
	}

	private long awaitAnswerFrom(LongPredicate wanted) {
		return await().atMost(START).pollInterval(POLL).until(() -> {
			if (!this.process.isAlive() && this.sandbox.living().isEmpty()) {
				throw new IllegalStateException("%s exited with %d".formatted(this, this.process.exitValue()));
			}
			try {
				return get("/hello").pid();
			}
			catch (IOException ex) {
				return 0L;
			}
		}, (pid) -> pid != 0 && wanted.test(pid));
	}

	/**
	 * The process that answers now.
	 * @return its process id
	 */
	public long servingPid() {
		return ask("GET", "/hello").pid();
	}

	public Answer get(String path) throws IOException {
		return Http.once(this.port, "GET", path);
	}

	/**
	 * What the endpoint says, over a new connection.
	 * @return the document
	 */
	public JsonNode status() {
		return management("GET").json();
	}

	/**
	 * Wait until the history shows so many handoffs.
	 * @param count how many
	 * @return the last of them
	 */
	public JsonNode awaitHistory(int count) {
		return await().atMost(START)
			.pollInterval(POLL)
			.until(() -> status().path("history"), (history) -> history.size() >= count)
			.get(0);
	}

	/**
	 * Ask for a handoff by the endpoint.
	 * @return the answer
	 */
	public Answer postHandoff() {
		return management("POST");
	}

	private Answer management(String method) {
		try {
			return Http.once(this.managementPort, method, "/actuator/hotswap");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Answer ask(String method, String path) {
		try {
			return Http.once(this.port, method, path);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Ask a process for a handoff by the signal that {@code auto} stands for.
	 * @param pid the process
	 */
	public void signalHandoff(long pid) {
		this.sandbox.subreaper().signal(pid, this.signalsRelocated ? SIGUSR2 : SIGUSR1);
	}

	/**
	 * A whole handoff by signal, until the predecessor has exited.
	 * @return the successor's process id and the predecessor's exit status
	 */
	public HandedOver handOver() {
		long predecessor = servingPid();
		signalHandoff(predecessor);
		return awaitHandoverFrom(predecessor);
	}

	public HandedOver awaitHandoverFrom(long predecessor) {
		long successor = awaitSuccessorOf(predecessor);
		return new HandedOver(predecessor, successor, awaitExit(predecessor));
	}

	/**
	 * Wait for the end of a generation.
	 * @param pid the process
	 * @return the status as a shell shows it, or empty when its own parent reaped it
	 */
	public OptionalInt awaitExit(long pid) {
		return this.sandbox.subreaper().awaitExit(pid, START);
	}

	/**
	 * Wait for the end of the process that the test started.
	 * @return the status as a shell shows it
	 */
	public int awaitExit() {
		return awaitExit(pid()).orElseThrow();
	}

	/**
	 * Tell the process that the test started to stop.
	 */
	public void terminate() {
		this.sandbox.subreaper().signal(pid(), SIGTERM);
	}

	public void kill(long pid) {
		this.sandbox.subreaper().kill(pid);
	}

	/**
	 * What all generations have written until now.
	 * @return the output and the errors
	 */
	public String output() {
		try {
			return Files.readString(this.outputFile);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Wait until the output contains a text.
	 * @param text the text
	 */
	public void awaitOutput(String text) {
		await().atMost(START).pollInterval(POLL).until(() -> output().contains(text));
	}

	@Override
	public String toString() {
		return "%s, started as process %d on port %d".formatted(this.outputFile.getFileName(), pid(), this.port);
	}

	/**
	 * A handoff that has taken place.
	 *
	 * @param predecessor the process id of the predecessor, which has exited
	 * @param successor the process id of the successor
	 * @param exitStatus how the predecessor exited
	 */
	public record HandedOver(long predecessor, long successor, OptionalInt exitStatus) {
	}

	/**
	 * What the process is started with.
	 */
	public static final class Builder {

		private final Sandbox sandbox;

		private final Platform platform;

		private final Map<String, String> properties = new LinkedHashMap<>();

		private final Map<String, String> environment = new LinkedHashMap<>();

		private final List<String> jvmOptions = new ArrayList<>(
				List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:+UseSerialGC", "-Xmx128m"));

		private int port;

		private int managementPort;

		private boolean addOpens = true;

		private boolean starter = true;

		private boolean devtools;

		private List<String> container = List.of();

		private int descriptorLimit;

		private List<String> wrapper = List.of();

		private String mainClass = FIXTURE;

		private @Nullable Path jar;

		private @Nullable Jars jars;

		private @Nullable Path directory;

		Builder(Sandbox sandbox, Platform platform) {
			this.sandbox = sandbox;
			this.platform = platform;
			port(Ports.free());
			property("hotswap.drain.standby", "0s");
			// Its seconds are for the tests that are about it
			property("hotswap.warm-up.duration", "0s");
		}

		/**
		 * Serve a given port.
		 * @param port the port, which is also the management port unless that is set
		 * later
		 * @return this
		 */
		public Builder port(int port) {
			this.port = port;
			this.managementPort = port;
			return property("server.port", port);
		}

		public int port() {
			return this.port;
		}

		public Builder managementPort(int port) {
			this.managementPort = port;
			return property("management.server.port", port);
		}

		/**
		 * Run another application of this class path than the fixture.
		 * @param mainClass the class with its main method
		 * @return this
		 */
		public Builder mainClass(String mainClass) {
			this.mainClass = mainClass;
			return this;
		}

		/**
		 * Run an executable jar instead of the fixture application.
		 * @param jar the jar, which has a server of its own, and whose manifest says what
		 * to open
		 * @return this
		 */
		public Builder jar(Path jar) {
			this.jar = jar;
			this.addOpens = false;
			return property("server.address", "127.0.0.1");
		}

		/**
		 * Run in a folder.
		 * @param directory the working directory, the test's own unless set
		 * @return this
		 */
		public Builder directory(Path directory) {
			this.directory = directory;
			return this;
		}

		public Builder property(String name, Object value) {
			this.properties.put(name, value.toString());
			return this;
		}

		public Builder takeover() {
			return property("hotswap.takeover", "");
		}

		/**
		 * Let the process launch another command line than its own.
		 * @param successor what it is to launch
		 * @return this
		 */
		public Builder launching(Builder successor) {
			List<String> words = successor.command();
			for (int i = 0; i < words.size(); i++) {
				property("hotswap.launch.command[%d]".formatted(i), words.get(i));
			}
			return this;
		}

		public Builder environment(String name, String value) {
			this.environment.put(name, value);
			return this;
		}

		public Builder jvmOption(String option) {
			this.jvmOptions.add(option);
			return this;
		}

		/**
		 * Run as in production, without the options that make tests start fast.
		 * @return this
		 */
		public Builder withDefaultJvmOptions() {
			this.jvmOptions.clear();
			return this;
		}

		/**
		 * Run from jars only.
		 * @param jars makes those that are missing
		 * @return this
		 */
		public Builder packaged(Jars jars) {
			this.jars = jars;
			return this;
		}

		public Builder withoutAddOpens() {
			this.addOpens = false;
			return this;
		}

		/**
		 * Start the process by a program that replaces itself with it.
		 * @param words the program and its arguments, which the command line follows
		 * @return this
		 */
		public Builder through(List<String> words) {
			this.wrapper = List.copyOf(words);
			return this;
		}

		/**
		 * Limit how many files and sockets each generation may have open.
		 * @param limit the soft and the hard limit
		 * @return this
		 */
		public Builder descriptorLimit(int limit) {
			this.descriptorLimit = limit;
			return this;
		}

		public Builder withoutStarter() {
			this.starter = false;
			return this;
		}

		/**
		 * Have Spring Boot's devtools restart the application in its process when its
		 * classes change.
		 * @return this
		 */
		public Builder withDevtools() {
			this.devtools = true;
			return this;
		}

		/**
		 * Run in a PID namespace of its own, as a container does: see {@link Container}.
		 * @param init the program that is PID 1 there and runs the application, or
		 * nothing for the application itself
		 * @return this
		 */
		public Builder inContainer(String... init) {
			this.container = Container.command(init);
			return this;
		}

		/**
		 * Start the process.
		 * @return the application, which may not serve yet
		 */
		public App start() {
			Path output = this.sandbox.folder().resolve("app-%d.log".formatted(this.sandbox.nextNumber()));
			ProcessBuilder builder = new ProcessBuilder(command()).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
			if (this.directory != null) {
				builder.directory(this.directory.toFile());
			}
			builder.environment().remove("_JAVA_SR_SIGNUM");
			builder.environment().putAll(this.environment);
			this.sandbox.mark(builder);
			try {
				App app = new App(this, builder.start(), output);
				this.sandbox.started(app);
				return app;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		private List<String> command() {
			List<String> command = new ArrayList<>(this.container);
			command.addAll(this.wrapper);
			if (this.descriptorLimit != 0) {
				command
					.addAll(List.of("sh", "-c", "ulimit -n %d && exec \"$0\" \"$@\"".formatted(this.descriptorLimit)));
			}
			command.add(this.platform.jdk().java().toString());
			command.addAll(this.jvmOptions);
			command.add("-Djava.io.tmpdir=" + this.sandbox.temporaryFolder());
			if (this.addOpens) {
				command.add("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
				command.add("--enable-native-access=ALL-UNNAMED");
			}
			if (this.jar != null) {
				command.addAll(List.of("-jar", this.jar.toString()));
			}
			else {
				command.addAll(classPath());
				command.add(this.mainClass);
			}
			this.properties
				.forEach((name, value) -> command.add("--" + name + (value.toString().isEmpty() ? "" : "=" + value)));
			return command;
		}

		private List<String> classPath() {
			ClassPath fixture = ClassPath.fixture(this.platform.server());
			if (this.jars != null) {
				return List.of("-cp", this.jars.packaged(this.starter ? fixture : fixture.withoutStarter()));
			}
			if (this.devtools) {
				return List.of("-cp", fixture.withDevtools().toString());
			}
			ClassData classData = this.sandbox.classData();
			if (!this.starter || classData == null) {
				return List.of("-cp", (this.starter ? fixture : fixture.withoutStarter()).toString());
			}
			String packaged = classData.packaged(fixture);
			List<String> options = new ArrayList<>(classData.options(this.platform.jdk(), this.jvmOptions, packaged));
			options.addAll(List.of("-cp", packaged));
			return options;
		}

	}

}
