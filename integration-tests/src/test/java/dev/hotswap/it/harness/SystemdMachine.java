package dev.hotswap.it.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

import static org.awaitility.Awaitility.await;

/**
 * A real systemd as process 1 of namespaces of its own, which share the network, and the
 * files but for {@code /dev}, {@code /run}, {@code /srv} and the folders for temporary
 * ones. It knows no units but those that the test gives it, and a user {@code shop}. In
 * {@code /srv/shop} it has the folder {@link #shop()}, and in {@code /srv/java} the JDK.
 * <p>
 * Registered as an extension, after the {@link Sandbox}: boots before each test, or skips
 * it where that cannot be done, and ends everything after it, which leaves neither
 * processes nor mounts nor control groups behind.
 */
public final class SystemdMachine implements BeforeEachCallback, AfterEachCallback {

	/**
	 * Where the unit files of the documentation have the JDK's launcher.
	 */
	public static final String JAVA = "/srv/java/bin/java";

	private static final Path PROGRAM = Path.of("/lib/systemd/systemd");

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	/** What default dependencies need, and the one to boot into. */
	private static final List<String> TARGETS = List.of("sysinit", "basic", "sockets", "network", "multi-user",
			"shutdown", "machine");

	/** Enters the control group, of which the namespaces then show nothing above. */
	private static final String ENTER = """
			echo $$ > "$MACHINE_CGROUP/cgroup.procs"
			exec unshare --cgroup --pid --fork --kill-child --mount --mount-proc --uts --ipc sh -euc "$MACHINE_SETUP"
			""";

	/**
	 * What belongs to the whole machine must be out of reach before systemd starts: it
	 * empties folders for temporary files, and writes to devices and kernel parameters.
	 */
	private static final String SETUP = """
			mount -t tmpfs -o mode=755 machine /srv
			mkdir /srv/shop /srv/java
			mount --bind "$MACHINE_FOLDER/shop" /srv/shop
			mount --bind "$MACHINE_JAVA" /srv/java
			mount --bind "$MACHINE_FOLDER/passwd" /etc/passwd
			mount --bind "$MACHINE_FOLDER/group" /etc/group
			mount -t tmpfs -o mode=755 machine /run
			mkdir /run/units
			mount --bind "$MACHINE_FOLDER/units" /run/units
			mount -t tmpfs -o mode=755 machine /dev
			mknod -m 666 /dev/null c 1 3
			mknod -m 666 /dev/zero c 1 5
			mknod -m 666 /dev/random c 1 8
			mknod -m 666 /dev/urandom c 1 9
			mkfifo /dev/kmsg
			cat <>/dev/kmsg >"$MACHINE_FOLDER/log" &
			mount --bind /proc/sys /proc/sys
			mount -o remount,bind,ro /proc/sys
			mount -t cgroup2 machine /sys/fs/cgroup
			mount -t tmpfs -o mode=1777 machine /var/tmp
			mount -t tmpfs -o mode=1777 machine /tmp
			cd /
			export container=hotswap SYSTEMD_UNIT_PATH=/run/units
			export SYSTEMD_GENERATOR_PATH= SYSTEMD_ENVIRONMENT_GENERATOR_PATH=
			exec /lib/systemd/systemd --system --unit=machine.target --log-target=kmsg --show-status=no
			""";

	private final Sandbox sandbox;

	private final Jdk jdk;

	private @Nullable Process process;

	private @Nullable Path controlGroup;

	/**
	 * Prepare a machine.
	 * @param sandbox has the folder for its files
	 * @param jdk its JDK
	 */
	public SystemdMachine(Sandbox sandbox, Jdk jdk) {
		this.sandbox = sandbox;
		this.jdk = jdk;
	}

	@Override
	public void beforeEach(ExtensionContext context) throws Exception {
		Optional<Path> controlGroups = controlGroups();
		Assumptions.assumeTrue(isRoot(), "Only root can boot systemd in namespaces");
		Assumptions.assumeTrue(Files.isExecutable(PROGRAM), "systemd is not installed; Debian's package systemd is it");
		Assumptions.assumeTrue(controlGroups.isPresent(), "No control groups of version 2 that can be written to");
		Tool namespaces = Tool.run(this.sandbox.folder(), Map.of(), "unshare", "--cgroup", "--pid", "--fork", "--mount",
				"--mount-proc", "--uts", "--ipc", "mount", "-t", "tmpfs", "machine", "/srv");
		Assumptions.assumeTrue(namespaces.status() == 0, () -> "No namespaces for systemd: " + namespaces.output());
		try {
			boot(controlGroups.get());
		}
		catch (Exception | AssertionError ex) {
			end();
			throw ex;
		}
	}

	private static boolean isRoot() throws IOException {
		return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
	}

	private static Optional<Path> controlGroups() throws IOException {
		return Files.readAllLines(Path.of("/proc/self/mounts"))
			.stream()
			.map((line) -> line.split(" "))
			.filter((fields) -> fields[2].equals("cgroup2"))
			.map((fields) -> Path.of(fields[1]))
			.filter(Files::isWritable)
			.findFirst();
	}

	private void boot(Path controlGroups) throws IOException {
		Path folder = Files.createDirectory(folder());
		Files.createDirectory(shop());
		Path units = Files.createDirectory(folder.resolve("units"));
		for (String target : TARGETS) {
			Files.writeString(units.resolve(target + ".target"), "[Unit]\nDefaultDependencies=no\n");
		}
		addUser(folder, "passwd", "shop:x:4711:4711::/srv/shop:/bin/sh\n");
		addUser(folder, "group", "shop:x:4711:\n");
		this.controlGroup = Files.createDirectory(controlGroups.resolve("hotswap-" + folder.getParent().getFileName()));
		Path output = folder.resolve("output");
		// It ends with this JVM, however that ends
		ProcessBuilder builder = new ProcessBuilder("setpriv", "--pdeathsig", "KILL", "sh", "-euc", ENTER)
			.redirectErrorStream(true)
			.redirectOutput(output.toFile());
		builder.environment()
			.putAll(Map.of("MACHINE_FOLDER", folder.toString(), "MACHINE_JAVA", this.jdk.home().toString(),
					"MACHINE_CGROUP", this.controlGroup.toString(), "MACHINE_SETUP", SETUP));
		this.sandbox.mark(builder);
		Process process = builder.start();
		this.process = process;
		this.sandbox.subreaper().register(process);
		await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(20)).until(() -> {
			if (!process.isAlive()) {
				throw new IllegalStateException("systemd did not boot: " + Files.readString(output));
			}
			return systemd().isPresent() && systemctl("is-active", "machine.target").status() == 0;
		});
	}

	private static void addUser(Path folder, String file, String line) throws IOException {
		Files.writeString(folder.resolve(file), line + Files.readString(Path.of("/etc", file)));
	}

	/**
	 * The process that is process 1 inside.
	 */
	private Optional<ProcessTable.Entry> systemd() {
		long parent = Objects.requireNonNull(this.process).pid();
		return ProcessTable.all()
			.stream()
			.filter((entry) -> entry.parent() == parent && entry.name().equals("systemd"))
			.findFirst();
	}

	private Path folder() {
		return this.sandbox.folder().resolve("machine");
	}

	/**
	 * The folder that is {@code /srv/shop} inside.
	 * @return the folder
	 */
	public Path shop() {
		return folder().resolve("shop");
	}

	/**
	 * Give it a unit file.
	 * @param name the unit's name, or the path of a drop-in
	 * @param text the file
	 * @throws IOException if it cannot be written
	 */
	public void unit(String name, String text) throws IOException {
		Path file = folder().resolve("units").resolve(name);
		Files.createDirectories(file.getParent());
		Files.writeString(file, text);
	}

	/**
	 * Which systemd it is.
	 * @return the version
	 * @throws IOException if it cannot be asked
	 */
	public int version() throws IOException {
		return Integer.parseInt(systemctl("--version").output().split("\\s+")[1]);
	}

	/**
	 * Run {@code systemctl} inside.
	 * @param words its arguments
	 * @return what became of it
	 * @throws IOException if it cannot be run
	 */
	public Tool systemctl(String... words) throws IOException {
		String systemd = String.valueOf(systemd().orElseThrow().pid());
		List<String> command = new ArrayList<>(List.of("nsenter", "--all", "--target", systemd, "systemctl"));
		command.addAll(List.of(words));
		return Tool.run(this.sandbox.folder(), Map.of(), command);
	}

	/**
	 * What {@code systemctl show} says of a unit.
	 * @param unit the unit's name
	 * @param properties the properties to ask for
	 * @return their values
	 * @throws IOException if systemd cannot be asked
	 */
	public Map<String, String> show(String unit, String... properties) throws IOException {
		Map<String, String> values = new TreeMap<>();
		systemctl("show", unit, "--property=" + String.join(",", properties)).output().lines().forEach((line) -> {
			String[] words = line.split("=", 2);
			values.put(words[0], words[1]);
		});
		return values;
	}

	/**
	 * What systemd itself has logged.
	 * @return the messages, in order
	 * @throws IOException if there are none yet
	 */
	public List<String> log() throws IOException {
		return Files.readAllLines(folder().resolve("log"));
	}

	@Override
	public void afterEach(ExtensionContext context) throws Exception {
		boolean failed = context.getExecutionException()
			.filter((ex) -> !(ex instanceof TestAbortedException))
			.isPresent();
		if (failed && this.process != null) {
			System.out.println("---- log of systemd in " + context.getDisplayName());
			log().forEach((message) -> System.out.println("     " + message));
		}
		end();
	}

	/**
	 * With process 1 the kernel ends all others of the namespace, and with the last one
	 * its mounts.
	 */
	private void end() throws Exception {
		if (this.process != null) {
			systemd().ifPresentOrElse((systemd) -> this.sandbox.subreaper().kill(systemd.pid()),
					this.process::destroyForcibly);
			if (!this.process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
				throw new AssertionError("systemd cannot be ended");
			}
			this.process = null;
		}
		if (this.controlGroup != null) {
			remove(this.controlGroup);
			this.controlGroup = null;
		}
	}

	private static void remove(Path controlGroup) throws IOException {
		try (Stream<Path> files = Files.walk(controlGroup)) {
			// The files in it come and go with their folder
			for (Path group : files.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList()) {
				Files.delete(group);
			}
		}
	}

}
