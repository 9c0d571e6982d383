package dev.hotswap.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.hotswap.benchmark.app.BenchmarkApplication;
import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.jspecify.annotations.Nullable;

/**
 * Prepares processes of the application that is measured. They run as in production: with
 * the JDK's own defaults, but for a heap of fixed size.
 */
final class Applications {

	private final Sandbox sandbox;

	private final Platform platform;

	private final List<String> jvmOptions;

	private @Nullable Release release;

	private boolean archive;

	private final Map<String, String> properties = new LinkedHashMap<>();

	Applications(Sandbox sandbox, Platform platform, String heap, String... jvmOptions) {
		this.sandbox = sandbox;
		this.platform = platform;
		this.jvmOptions = new ArrayList<>(List.of("-Xms" + heap, "-Xmx" + heap));
		this.jvmOptions.addAll(Arrays.asList(jvmOptions));
	}

	/**
	 * Set properties of every process.
	 * @param properties by name
	 * @return this
	 */
	Applications with(Map<String, String> properties) {
		this.properties.putAll(properties);
		return this;
	}

	/**
	 * Run a release, in the place of folders of classes.
	 * @param release the release
	 * @param archive whether the starter keeps an archive of its classes
	 * @return this
	 */
	Applications of(Release release, boolean archive) {
		this.release = release;
		this.archive = archive;
		return this;
	}

	/**
	 * Start the application with the starter, for a handoff. Waits until the starter has
	 * made its archive if it is to keep one.
	 * @return the application, which serves
	 */
	App startActive() {
		App app = withStarter().environment("_JAVA_SR_SIGNUM", "40").start().awaitServing();
		Release release = this.release;
		if (release != null && this.archive) {
			Waiting.until(() -> release.hasArchive(this.platform));
		}
		return app;
	}

	App.Builder withStarter() {
		App.Builder builder = this.sandbox.app(this.platform)
			.mainClass(BenchmarkApplication.class.getName())
			.withDefaultJvmOptions()
			// The defaults, which tests shorten
			.property("hotswap.warm-up.duration", "30s")
			.property("hotswap.drain.standby", "10s");
		this.jvmOptions.forEach(builder::jvmOption);
		this.properties.forEach(builder::property);
		if (this.release != null) {
			builder.packaged(this.release.jars());
		}
		if (this.release != null && this.archive) {
			builder.property("hotswap.launch.archive-directory", this.release.archives(this.platform).toString());
		}
		return builder;
	}

	App.Builder withoutStarter() {
		return withStarter().withoutStarter();
	}

	Sandbox sandbox() {
		return this.sandbox;
	}

}
