package dev.hotswap.benchmark;

import java.util.Arrays;
import java.util.Locale;

/**
 * The ways to replace a process that are compared.
 */
enum Alternative {

	/** This starter. */
	HOTSWAP("Hotswap") {

		@Override
		Deployment deploy(Applications applications) {
			return new HotswapDeployment(applications);
		}

	},

	/** Boot's graceful shutdown, then a start on the same port. */
	RESTART("graceful stop, then start") {

		@Override
		Deployment deploy(Applications applications) {
			return new RestartDeployment(applications);
		}

	},

	/** Two instances behind HAProxy, one after the other. */
	HAPROXY("two instances behind HAProxy") {

		@Override
		Deployment deploy(Applications applications) {
			return new HaProxyDeployment(applications);
		}

	},

	/** Two instances that share the port. */
	REUSE_PORT("two instances with SO_REUSEPORT") {

		@Override
		Deployment deploy(Applications applications) {
			return new ReusePortDeployment(applications);
		}

	};

	private final String title;

	Alternative(String title) {
		this.title = title;
	}

	/**
	 * Start the application and whatever stands before it.
	 * @param applications prepares its processes
	 * @return the running application
	 */
	abstract Deployment deploy(Applications applications);

	String title() {
		return this.title;
	}

	static Alternative named(String name) {
		return Arrays.stream(values())
			.filter((alternative) -> alternative.toString().equals(name))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("No such alternative: " + name));
	}

	/**
	 * The name on the command line and in results.
	 * @return such as {@code reuse-port}
	 */
	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
