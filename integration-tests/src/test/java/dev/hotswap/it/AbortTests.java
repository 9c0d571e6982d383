package dev.hotswap.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * An operator aborts a handoff while its successor starts. The successor has a child
 * process by then, which would outlive it.
 */
@OnPlatforms(Choice.ONE)
class AbortTests {

	private static final int ABORTED = 17;

	private static final int KILLED = 128 + 9;

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	AbortTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void successorExitsAndItsChildIsEnded() throws Exception {
		abortWhileItStarts("hang-at-start", "FIXTURE hangs", ABORTED);
	}

	@Test
	void successorThatDoesNotExitIsKilledWithItsChild() throws Exception {
		abortWhileItStarts("hold-at-stage=START", "holds in START", KILLED);
	}

	private void abortWhileItStarts(String fault, String sign, int exitStatus) throws Exception {
		Path faults = this.sandbox.folder().resolve("faults");
		App app = this.sandbox.app(this.platform).property("fixture.fault-file", faults).start().awaitServing();
		Load load = Load.on(app.port(), "/hello").start();
		Files.write(faults, List.of("child-at-start", fault));
		assertThat(app.postHandoff().status()).isEqualTo(202);
		app.awaitOutput(sign);
		MatchResult started = Pattern.compile("FIXTURE (\\d+) has child (\\d+)")
			.matcher(app.output())
			.results()
			.findFirst()
			.orElseThrow();
		long successor = Long.parseLong(started.group(1));
		long child = Long.parseLong(started.group(2));
		assertThat(this.sandbox.living()).containsExactlyInAnyOrder(app.pid(), successor, child);

		Answer accepted = Http.once(app.managementPort(), "DELETE", "/actuator/hotswap");
		assertThat(accepted.status()).isEqualTo(202);
		JsonNode aborted = app.awaitHistory(1);
		assertThat(this.sandbox.living()).containsExactly(app.pid());
		assertThat(aborted.path("id").asString()).isEqualTo(accepted.json().path("id").asString());
		assertThat(aborted.path("result").asString()).isEqualTo("FAILED");
		assertThat(aborted.path("code").asString()).isEqualTo("aborted");
		assertThat(aborted.path("stage").asString()).isEqualTo("START");
		assertThat(aborted.at("/to/pid").asLong()).isEqualTo(successor);
		assertThat(aborted.path("exitStatus").asInt()).isEqualTo(exitStatus);

		Files.delete(faults);
		App.HandedOver next = app.handOver();
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=kept aborted-with-status=%d handoffs=2 %s%n", this.platform, exitStatus,
				report);
		assertThatNobodyNoticed(report);
		assertThat(next.exitStatus()).hasValue(0);
		assertThat(app.awaitHistory(2).path("result").asString()).isEqualTo("SUCCEEDED");
		assertThat(this.sandbox.living()).containsExactly(next.successor());
	}

}
