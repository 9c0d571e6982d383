package dev.hotswap.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.util.unit.DataSize;

/**
 * What is looked at before a handoff begins.
 *
 * @since 0.1.0
 */
public class PrecheckProperties {

	private final Memory memory = new Memory();

	private final Disk disk = new Disk();

	private final Descriptors descriptors = new Descriptors();

	private final Container container = new Container();

	private final RunningJar runningJar = new RunningJar();

	private final SharedResources sharedResources = new SharedResources();

	private final Redis redis = new Redis();

	public Memory getMemory() {
		return this.memory;
	}

	public Disk getDisk() {
		return this.disk;
	}

	public Descriptors getDescriptors() {
		return this.descriptors;
	}

	public Container getContainer() {
		return this.container;
	}

	public RunningJar getRunningJar() {
		return this.runningJar;
	}

	public SharedResources getSharedResources() {
		return this.sharedResources;
	}

	public Redis getRedis() {
		return this.redis;
	}

	/**
	 * Memory for a second process.
	 */
	public static class Memory {

		/**
		 * Whether a handoff is refused while there is not enough memory for a second
		 * process, on the machine or within the limits of its control groups.
		 */
		private boolean enabled = true;

		/**
		 * Memory that the successor needs while both run. Defaults to what this process
		 * uses.
		 */
		private @Nullable DataSize required;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public @Nullable DataSize getRequired() {
			return this.required;
		}

		public void setRequired(@Nullable DataSize required) {
			this.required = required;
		}

	}

	/**
	 * Disk for what a second process writes.
	 */
	public static class Disk {

		/**
		 * Whether a handoff is refused while the disks of the temporary folder and of the
		 * log have too little free, or no temporary file can be created.
		 */
		private boolean enabled = true;

		/**
		 * What each of them must have free.
		 */
		private DataSize required = DataSize.ofMegabytes(64);

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public DataSize getRequired() {
			return this.required;
		}

		public void setRequired(DataSize required) {
			this.required = required;
		}

	}

	/**
	 * Descriptors that a handoff needs.
	 */
	public static class Descriptors {

		/**
		 * Whether a handoff is refused while this process is too close to its limit of
		 * open files.
		 */
		private boolean enabled = true;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

	}

	/**
	 * The container that this process runs in.
	 */
	public static class Container {

		/**
		 * Whether a handoff is refused when the container would end with this process.
		 */
		private boolean enabled = true;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

	}

	/**
	 * The jar that this process runs.
	 */
	public static class RunningJar {

		/**
		 * Whether a handoff is refused when the running jar was overwritten in place.
		 */
		private boolean enabled = true;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

	}

	/**
	 * Files that two processes would share.
	 */
	public static class SharedResources {

		/**
		 * Whether to warn of files that both processes would write: a PID file of Spring
		 * Boot's, log files without a process id in the name, embedded databases.
		 */
		private boolean enabled = true;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

	}

	/**
	 * The Redis server.
	 */
	public static class Redis {

		/**
		 * Whether to warn when the Redis server's maxmemory-policy is neither
		 * volatile-lru nor allkeys-lru.
		 */
		private boolean enabled = true;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

	}

}
