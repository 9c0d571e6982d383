package dev.hotswap.actuate;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.jackson.EndpointJsonMapper;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HotswapEndpoint}, whose JSON is written as Boot's endpoints write it.
 */
class HotswapEndpointTests {

	private final TestHandoff handoff = new TestHandoff();

	private final HotswapEndpoint endpoint = new HotswapEndpoint(this.handoff, new ReleaseListing(null));

	@Test
	void unknownIsNullAndNeverAbsent() {
		assertJson(this.endpoint.status(), """
				{"role": "ACTIVE", "generation": 3, "pid": 4711, "application": "shop", "release": null,
				 "revision": null,
				 "since": "2026-01-02T03:04:05.678Z", "listeners": [], "handoff": null, "draining": [],
				 "history": []}""");
	}

	@Test
	void everythingIsShown() {
		this.handoff.status = new HandoffStatus(Role.ACTIVE, 3, 4711, "shop", "v1", "1f0c7b0d8a5e", TestHandoff.SINCE,
				List.of(new HandoffStatus.Listener("server", "0:0:0:0:0:0:0:0", 8080, "http"),
						new HandoffStatus.Listener("management", "127.0.0.1", 8081, "https")),
				new HandoffStatus.Running("h9", Stage.HEALTH_CHECK, TestHandoff.SINCE.plus(Duration.ofMillis(322)),
						4712L),
				List.of(new HandoffStatus.Draining("h7", 4710, 2, Role.STANDBY, new HandoffStatus.Held(1, 2, 3),
						TestHandoff.SINCE.plus(Duration.ofSeconds(5)))),
				List.of(new HandoffRecord("h8", HandoffTrigger.TAKEOVER, new HandoffRecord.Party(4711, 3, "v1"),
						new HandoffRecord.Party(4800, 4, "v2"), Instant.parse("2026-01-02T00:00:00Z"),
						HandoffRecord.Result.FAILED, Stage.WARM_UP, FailureCode.SUCCESSOR_EXITED, "It exited.", 137,
						new TreeMap<>(Map.of(Stage.START, 3456L, Stage.WARM_UP, 12L)),
						new HandoffRecord.Connections(1, 2, 3, 4)),
						new HandoffRecord("h7", HandoffTrigger.SIGNAL, new HandoffRecord.Party(4710, 2, null), null,
								Instant.EPOCH, HandoffRecord.Result.SUCCEEDED, Stage.DRAIN, null, null, null, Map.of(),
								null)));
		assertJson(this.endpoint.status(), """
				{"role": "ACTIVE", "generation": 3, "pid": 4711, "application": "shop", "release": "v1",
				 "revision": "1f0c7b0d8a5e",
				 "since": "2026-01-02T03:04:05.678Z",
				 "listeners": [
				  {"name": "server", "address": "0:0:0:0:0:0:0:0", "port": 8080, "scheme": "http"},
				  {"name": "management", "address": "127.0.0.1", "port": 8081, "scheme": "https"}],
				 "handoff": {"id": "h9", "stage": "HEALTH_CHECK", "stageStarted": "2026-01-02T03:04:06Z",
				  "successorPid": 4712},
				 "draining": [{"id": "h7", "pid": 4710, "generation": 2, "role": "STANDBY",
				  "held": {"fresh": 1, "active": 2, "idle": 3}, "deadline": "2026-01-02T03:04:10.678Z"}],
				 "history": [
				  {"id": "h8", "trigger": "TAKEOVER", "from": {"pid": 4711, "generation": 3, "release": "v1"},
				   "to": {"pid": 4800, "generation": 4, "release": "v2"}, "started": "2026-01-02T00:00:00Z",
				   "result": "FAILED", "stage": "WARM_UP", "code": "successor-exited", "message": "It exited.",
				   "exitStatus": 137, "stageMillis": {"START": 3456, "WARM_UP": 12},
				   "connections": {"transferred": 1, "returned": 2, "announced": 3, "cut": 4}},
				  {"id": "h7", "trigger": "SIGNAL", "from": {"pid": 4710, "generation": 2, "release": null},
				   "to": null, "started": "1970-01-01T00:00:00Z", "result": "SUCCEEDED", "stage": "DRAIN",
				   "code": null, "message": null, "exitStatus": null, "stageMillis": {}, "connections": null}]}""");
	}

	@Test
	void documentationShowsWhatIsAnswered() throws IOException {
		List<String> blocks = DocumentedJson.blocks();
		this.handoff.status = new HandoffStatus(Role.ACTIVE, 3, 4711, "shop", "1.5.0", "1f0c7b0d8a5e",
				TestHandoff.SINCE, List.of(new HandoffStatus.Listener("server", "0:0:0:0:0:0:0:0", 8080, "http")),
				new HandoffStatus.Running("h9", Stage.HEALTH_CHECK, TestHandoff.SINCE.plus(Duration.ofMillis(322)),
						4712L),
				List.of(new HandoffStatus.Draining("h8", 4710, 2, Role.STANDBY, new HandoffStatus.Held(1, 2, 3),
						TestHandoff.SINCE.plus(Duration.ofSeconds(5)))),
				List.of(new HandoffRecord("h8", HandoffTrigger.SIGNAL, new HandoffRecord.Party(4710, 2, "1.4.0"),
						new HandoffRecord.Party(4711, 3, "1.5.0"), Instant.parse("2026-01-02T03:04:00Z"),
						HandoffRecord.Result.SUCCEEDED, Stage.DRAIN, null, null, null, Map.of(Stage.PRECHECK, 12L,
								Stage.LAUNCH, 900L, Stage.START, 3456L, Stage.CUTOVER, 5L, Stage.DRAIN, 120L),
						new HandoffRecord.Connections(32, 0, 4, 0))));
		assertJson(this.endpoint.status(), blocks.get(1));
		assertJson(new ReleaseListing.Listing("/srv/shop", "1.5.0", "1.5.0", null,
				List.of(new ReleaseListing.Entry("1.5.0", "shop.jar", Instant.parse("2026-01-02T00:00:00Z"), true, true,
						null))),
				blocks.get(2));
	}

	@Test
	void successorThatIsNotKnownYetIsNull() {
		this.handoff.status = TestHandoff.status(Role.ACTIVE, TestHandoff.running(Stage.LAUNCH));
		JsonNode running = write(this.endpoint.status()).get("handoff");
		assertThat(running.has("successorPid")).isTrue();
		assertThat(running.get("successorPid").isNull()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(FailureCode.class)
	void codesAreKebabCase(FailureCode code) {
		HandoffRecord failed = new HandoffRecord("h1", HandoffTrigger.COMMAND, new HandoffRecord.Party(1, 1, null),
				null, Instant.EPOCH, HandoffRecord.Result.FAILED, Stage.START, code, null, null, Map.of(), null);
		this.handoff.status = new HandoffStatus(Role.ACTIVE, 1, 1, "shop", null, null, Instant.EPOCH, List.of(), null,
				List.of(), List.of(failed));
		assertThat(write(this.endpoint.status()).at("/history/0/code").asString()).matches("[a-z]+(-[a-z]+)*")
			.isEqualTo(code.code());
	}

	@Test
	void startIsAccepted() {
		WebEndpointResponse<?> response = this.endpoint.start();
		assertThat(response.getStatus()).isEqualTo(202);
		assertJson(response.getBody(), "{\"id\": \"1a2b3c4d\"}");
		assertThat(this.handoff.trigger).isEqualTo(HandoffTrigger.ENDPOINT);
	}

	@Test
	void startWhileOneRunsIsAConflict() {
		this.handoff.status = TestHandoff.status(Role.ACTIVE, TestHandoff.running(Stage.WARM_UP));
		WebEndpointResponse<?> response = this.endpoint.start();
		assertThat(response.getStatus()).isEqualTo(409);
		assertJson(response.getBody(),
				"{\"id\": \"1a2b3c4d\", \"stage\": \"WARM_UP\", \"message\": \"One at a time.\"}");
	}

	@Test
	void startOfALeavingProcessIsAConflict() {
		this.handoff.status = TestHandoff.status(Role.DRAINING, null);
		WebEndpointResponse<?> response = this.endpoint.start();
		assertThat(response.getStatus()).isEqualTo(409);
		assertJson(response.getBody(), "{\"id\": null, \"stage\": \"IDLE\", \"message\": \"Ask the active one.\"}");
	}

	@Test
	void abortIsAccepted() {
		this.handoff.status = TestHandoff.status(Role.ACTIVE, TestHandoff.running(Stage.START));
		WebEndpointResponse<?> response = this.endpoint.abort();
		assertThat(response.getStatus()).isEqualTo(202);
		assertJson(response.getBody(), "{\"id\": \"1a2b3c4d\"}");
		assertThat(this.handoff.aborted).isTrue();
	}

	@Test
	void revertOfTheLastHandoffIsAccepted() {
		this.handoff.status = new HandoffStatus(Role.ACTIVE, 1, 1, "shop", null, null, Instant.EPOCH, List.of(), null,
				List.of(new HandoffStatus.Draining("h7", 4710, 2, Role.DRAINING, null, null)), List.of());
		WebEndpointResponse<?> response = this.endpoint.abort();
		assertThat(response.getStatus()).isEqualTo(202);
		assertJson(response.getBody(), "{\"id\": \"h7\"}");
	}

	@Test
	void abortThatComesTooLateNamesTheHandoffThatRuns() {
		this.handoff.status = TestHandoff.status(Role.DRAINING, TestHandoff.running(Stage.DRAIN));
		WebEndpointResponse<?> response = this.endpoint.abort();
		assertThat(response.getStatus()).isEqualTo(409);
		JsonNode body = write(response.getBody());
		assertThat(body.get("id").asString()).isEqualTo("1a2b3c4d");
		assertThat(body.get("stage").asString()).isEqualTo("DRAIN");
	}

	@Test
	void startOfAReleasePassesItOn() {
		this.endpoint.startRelease("v2");
		assertThat(this.handoff.release).isEqualTo("v2");
	}

	@Test
	void abortOfNothingIsAConflict() {
		WebEndpointResponse<?> response = this.endpoint.abort();
		assertThat(response.getStatus()).isEqualTo(409);
		JsonNode body = write(response.getBody());
		assertThat(body.get("id").isNull()).isTrue();
		assertThat(body.get("stage").asString()).isEqualTo("IDLE");
		assertThat(body.get("message").asString()).isNotBlank();
	}

	private void assertJson(Object body, String expected) {
		assertThat(write(body)).isEqualTo(JsonMapper.shared().readTree(expected));
	}

	private JsonNode write(Object body) {
		JsonNode[] tree = new JsonNode[1];
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(JacksonEndpointAutoConfiguration.class))
			.run((context) -> {
				JsonMapper mapper = context.getBean(EndpointJsonMapper.class).get();
				tree[0] = JsonMapper.shared().readTree(mapper.writeValueAsString(body));
			});
		return tree[0];
	}

}
