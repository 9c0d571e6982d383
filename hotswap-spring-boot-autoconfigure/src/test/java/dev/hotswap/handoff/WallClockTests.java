package dev.hotswap.handoff;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Stage;
import dev.hotswap.process.ProcessId;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The machine's clock may be set back in the middle of a handoff: it stands in records
 * and decides nothing.
 */
class WallClockTests {

	private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

	private static final Duration STANDBY = Duration.ofSeconds(10);

	private static final ProcessId SUCCESSOR = new ProcessId(200, 2);

	private static final int LINK = 7;

	@Test
	void handoffGoesOnWhenTheClockIsSetBackByAnHour() {
		List<String> usual = handoff(Duration.ZERO);
		assertThat(usual).anyMatch((step) -> step.contains("Exit"));
		assertThat(usual).last().asString().startsWith("DRAINED");
		assertThat(handoff(Duration.ofHours(-1))).isEqualTo(usual);
		assertThat(handoff(Duration.ofHours(1))).isEqualTo(usual);
	}

	@Test
	void nothingInAHandoffWaitsByTheWallClock() {
		JavaClasses classes = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
			.importPackages("dev.hotswap.handoff", "dev.hotswap.control", "dev.hotswap.process", "dev.hotswap.web");
		noClasses().should().callMethod(System.class, "currentTimeMillis").check(classes);
		noClasses().should().callMethod(Instant.class, "isBefore", Instant.class).check(classes);
		noClasses().should().callMethod(Instant.class, "isAfter", Instant.class).check(classes);
	}

	/**
	 * A whole handoff, whose clock jumps after its trigger.
	 * @return the phases and actions, without times of day
	 */
	private static List<String> handoff(Duration jump) {
		HandoffMachine machine = new HandoffMachine("shop", 100, null,
				new HandoffLimits(Duration.ofSeconds(20), Duration.ZERO, Duration.ofSeconds(30), STANDBY, 2),
				() -> "h1", 0);
		List<String> trace = new ArrayList<>();
		long nanos = 0;
		for (Event event : events(NOON, NOON.plus(jump))) {
			nanos += (event instanceof Event.Tick) ? STANDBY.toNanos() / 10 : 1000;
			List<Action> actions = machine.handle(event, nanos);
			trace.add((machine.phase() + " " + actions).replaceAll("\\d+-\\d+-\\d+T[\\d:.]+Z", "<time>"));
		}
		return trace;
	}

	private static List<Event> events(Instant before, Instant after) {
		List<Event> events = new ArrayList<>();
		events.add(new Event.ApplicationReady());
		events.add(new Event.Triggered(1, HandoffTrigger.SIGNAL, null, before));
		events.add(new Event.PrechecksDone("h1", null));
		events.add(new Event.Verified("h1", null));
		events.add(new Event.Launched(SUCCESSOR));
		for (Frame frame : List.of(new Frame.Hello(HandoffMachine.PROTOCOL_VERSION, "shop", "h1", null),
				new Frame.Progress(Stage.START), new Frame.Ready(), new Frame.Serving())) {
			events.add(new Event.Received(LINK, SUCCESSOR, frame, after));
		}
		events.add(new Event.AcceptingStopped());
		events.add(new Event.DrainEnded(new HandoffRecord.Connections(0, 0, 0, 0)));
		for (int i = 0; i < 11; i++) {
			events.add(new Event.Tick());
		}
		return events;
	}

}
