package dev.hotswap.actuate;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hotswap.Handoff;
import dev.hotswap.HandoffRefusedException;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Stage;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * The endpoint {@code hotswap}: shows the process and its handoffs, starts one, and
 * aborts or reverts one. By default only reading is allowed;
 * {@code management.endpoint.hotswap.access=unrestricted} opens the rest.
 *
 * @since 0.1.0
 */
@WebEndpoint(id = "hotswap", defaultAccess = Access.READ_ONLY)
public final class HotswapEndpoint {

	private static final int ACCEPTED = 202;

	private static final int CONFLICT = 409;

	private final Handoff handoff;

	private final ReleaseListing releases;

	/**
	 * Create an endpoint.
	 * @param handoff the handoff of this application
	 * @param releases the releases that a handoff can launch
	 */
	public HotswapEndpoint(Handoff handoff, ReleaseListing releases) {
		this.handoff = handoff;
		this.releases = releases;
	}

	/**
	 * Show the process and its handoffs.
	 * @return the status
	 */
	@ReadOperation
	public Object status() {
		return HotswapDescriptor.of(this.handoff.status());
	}

	/**
	 * Show something else.
	 * @param what {@code releases}
	 * @return the releases that a handoff can launch, or {@code null} for anything else
	 */
	@ReadOperation
	public @Nullable Object show(@Selector String what) {
		return what.equals("releases") ? this.releases.describe() : null;
	}

	/**
	 * Start a handoff to the release that runs, or is current. A request without a body
	 * is mapped to an operation without parameters only.
	 * @return 202 and the handoff's id, or 409 and what stands in the way
	 */
	@WriteOperation
	public WebEndpointResponse<?> start() {
		return startRelease(null);
	}

	/**
	 * Start a handoff.
	 * @param release the version to launch, or {@code null} for that which runs, or is
	 * current
	 * @return 202 and the handoff's id, or 409 and what stands in the way
	 */
	@WriteOperation
	public WebEndpointResponse<?> startRelease(@Nullable String release) {
		try {
			return new WebEndpointResponse<>(new Started(this.handoff.start(HandoffTrigger.ENDPOINT, release)),
					ACCEPTED);
		}
		catch (HandoffRefusedException ex) {
			return new WebEndpointResponse<>(
					new Refused(ex.getRunningId(), ex.getStage(), String.valueOf(ex.getMessage())), CONFLICT);
		}
	}

	/**
	 * Abort the handoff that runs, or revert the last one while the older generation can
	 * still resume.
	 * @return 202 and its id, or 409 when nothing can be aborted or reverted
	 */
	@DeleteOperation
	public WebEndpointResponse<?> abort() {
		HandoffStatus before = this.handoff.status();
		if (this.handoff.abort()) {
			return new WebEndpointResponse<>(new Started(idOf(before)), ACCEPTED);
		}
		HandoffStatus.Running running = before.handoff();
		return new WebEndpointResponse<>(
				new Refused((running != null) ? running.id() : null, (running != null) ? running.stage() : Stage.IDLE,
						"No handoff runs that could be aborted, and no older generation could serve again."),
				CONFLICT);
	}

	private static @Nullable String idOf(HandoffStatus status) {
		if (status.handoff() != null) {
			return status.handoff().id();
		}
		return status.draining().isEmpty() ? null : status.draining().get(0).id();
	}

	/**
	 * A handoff has begun, or is aborted or reverted.
	 *
	 * @param id its id
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	record Started(@Nullable String id) {

	}

	/**
	 * It cannot be done.
	 *
	 * @param id the handoff that runs, or {@code null}
	 * @param stage its stage
	 * @param message what stands in the way
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	record Refused(@Nullable String id, Stage stage, String message) {

	}

}
