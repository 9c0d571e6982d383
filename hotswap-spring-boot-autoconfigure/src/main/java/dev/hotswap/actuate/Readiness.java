package dev.hotswap.actuate;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Status;

/**
 * Asks the application's readiness group, or its whole health where probes are disabled.
 * May be called from any thread.
 */
public final class Readiness {

	private static final String READINESS_GROUP = "readiness";

	private final HealthEndpoint health;

	/**
	 * Create a readiness.
	 * @param health the endpoint to ask
	 */
	public Readiness(HealthEndpoint health) {
		this.health = health;
	}

	/**
	 * Ask once.
	 * @return {@code null} when it is UP, or what is not, as a sentence for operators
	 * @throws RuntimeException what a health indicator throws that does not report DOWN
	 */
	public @Nullable String problem() {
		HealthDescriptor readiness = this.health.healthForPath(READINESS_GROUP);
		String asked = (readiness != null) ? "The readiness group" : "The health";
		HealthDescriptor descriptor = (readiness != null) ? readiness : this.health.health();
		return Status.UP.equals(descriptor.getStatus()) ? null : asked + " is " + descriptor.getStatus() + ".";
	}

}
