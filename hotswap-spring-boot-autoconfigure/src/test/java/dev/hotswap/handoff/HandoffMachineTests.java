package dev.hotswap.handoff;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.control.ByeReason;
import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.process.ProcessId;
import dev.hotswap.web.IdleConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HandoffMachine}.
 */
class HandoffMachineTests {

	private static final Duration READY_TIMEOUT = Duration.ofSeconds(20);

	private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(30);

	private static final Duration STANDBY = Duration.ofSeconds(10);

	private static final ProcessId PREDECESSOR = new ProcessId(100, 1);

	private static final ProcessId SUCCESSOR = new ProcessId(200, 2);

	private static final int LINK = 7;

	private static final HandoffRecord.Connections NONE = new HandoffRecord.Connections(0, 0, 0, 0);

	private static final Duration RAMP = Duration.ofSeconds(4);

	private HandoffMachine machine = machine(Duration.ZERO);

	private final List<Action> actions = new ArrayList<>();

	private long now;

	private static HandoffMachine machine(Duration ramp) {
		return new HandoffMachine("shop", 100, null, new HandoffLimits(READY_TIMEOUT, ramp, DRAIN_TIMEOUT, STANDBY, 2),
				() -> "h1", 0);
	}

	// The whole way

	@Test
	void predecessorGoesThroughAllStagesAndExits() {
		toCutover();
		receive(new Frame.Serving());
		assertThat(this.machine.role()).isEqualTo(Role.DRAINING);
		assertThat(last(Action.StopAccepting.class)).isNotNull();
		handle(new Event.AcceptingStopped());
		handle(new Event.DrainEnded(NONE));
		assertThat(this.machine.role()).isEqualTo(Role.STANDBY);
		assertThat(sent(Frame.Drained.class).story().stage()).isEqualTo(Stage.DRAIN);
		assertThat(this.actions).noneMatch(Action.Exit.class::isInstance);
		pass(STANDBY);
		HandoffRecord story = last(Action.Remember.class).handoff();
		assertThat(story.result()).isEqualTo(HandoffRecord.Result.SUCCEEDED);
		assertThat(story.code()).isNull();
		assertThat(story.to()).isEqualTo(new HandoffRecord.Party(200, 2, null));
		assertThat(story.stageMillis()).containsOnlyKeys(Stage.PRECHECK, Stage.VERIFY, Stage.LAUNCH, Stage.START,
				Stage.WARM_UP, Stage.HEALTH_CHECK, Stage.CUTOVER, Stage.DRAIN, Stage.STANDBY);
		assertThat(sent(Frame.Drained.class).story()).isEqualTo(story);
		assertThat(last(Action.EndLink.class).reason()).isEqualTo(ByeReason.RELEASED);
		assertThat(last(Action.Exit.class).code()).isNull();
	}

	@Test
	void predecessorAcceptsUntilServingIsReceived() {
		toCutover();
		assertThat(this.machine.role()).isEqualTo(Role.ACTIVE);
		assertThat(this.actions).noneMatch(Action.StopAccepting.class::isInstance);
	}

	@Test
	void successorTakesPathThenOpensGatesThenServes() {
		succeedUntilReady();
		this.actions.clear();
		receive(new Frame.Cutover(0));
		assertThat(this.actions).containsExactly(new Action.TakePath());
		handle(new Event.PathTaken(null));
		assertThat(last(Action.OpenGates.class)).isNotNull();
		assertThat(this.machine.role()).isEqualTo(Role.SUCCEEDING);
		handle(new Event.GatesOpened());
		assertThat(sent(Frame.Serving.class)).isNotNull();
		assertThat(this.machine.role()).isEqualTo(Role.ACTIVE);
		assertThat(this.machine.generation()).isEqualTo(4);
		assertThat(this.machine.draining()).extracting(HandoffStatus.Draining::pid).containsExactly(PREDECESSOR.pid());
	}

	@Test
	void successorKeepsStoryOfItsPredecessorWhileNextHandoffRuns() {
		succeedUntilReady();
		receive(new Frame.Cutover(0));
		handle(new Event.PathTaken(null));
		handle(new Event.GatesOpened());
		handle(new Event.Triggered(1, HandoffTrigger.SIGNAL, null, Instant.EPOCH));
		assertThat(this.machine.phase()).isEqualTo(Phase.PRECHECKING);
		HandoffRecord story = new HandoffRecord("h0", HandoffTrigger.SIGNAL, new HandoffRecord.Party(100, 3, null),
				null, Instant.EPOCH, HandoffRecord.Result.SUCCEEDED, Stage.DRAIN, null, null, null, Map.of(), NONE);
		receive(new Frame.Drained(story));
		assertThat(last(Action.Remember.class).handoff()).isEqualTo(story);
		receive(new Frame.Bye(ByeReason.RELEASED, null, null));
		handle(new Event.LinkEnded(LINK, null));
		assertThat(this.machine.draining()).isEmpty();
		assertThat(this.machine.phase()).isEqualTo(Phase.PRECHECKING);
	}

	@Test
	void takeoverIsCheckedBeforeListenersAreOffered() {
		handle(new Event.ApplicationReady());
		receive(new Frame.Hello(1, "shop", null, null));
		assertThat(this.machine.phase()).isEqualTo(Phase.PRECHECKING);
		assertThat(sent(Frame.Progress.class).stage()).isEqualTo(Stage.PRECHECK);
		assertThat(this.actions).noneMatch(Action.SendOffer.class::isInstance);
		handle(new Event.PrechecksDone("h1", null));
		assertThat(last(Action.SendOffer.class).trigger()).isEqualTo(HandoffTrigger.TAKEOVER);
		assertThat(this.actions).noneMatch(Action.Launch.class::isInstance);
	}

	@Test
	void takeoverDoesNotDependOnTheReleaseThatAHandoffWouldLaunch() {
		takeOverUntilStart();
		assertThat(this.actions).noneMatch(Action.Verify.class::isInstance);
		for (Frame frame : List.of(new Frame.Ready(), new Frame.Serving())) {
			receive(frame);
		}
		handle(new Event.AcceptingStopped());
		handle(new Event.DrainEnded(NONE));
		assertThat(sent(Frame.Drained.class).story().stageMillis()).containsKeys(Stage.PRECHECK, Stage.START)
			.doesNotContainKey(Stage.VERIFY);
	}

	// One at a time

	@ParameterizedTest
	@EnumSource(names = { "PRECHECKING", "VERIFYING", "LAUNCHING", "SUCCESSOR_STARTING", "CUTTING_OVER" })
	void secondTriggerAndSecondSuccessorAreRefusedWhileHandoffRuns(Phase phase) {
		to(phase);
		handle(new Event.Triggered(2, HandoffTrigger.ENDPOINT, null, Instant.EPOCH));
		assertThat(last(Action.Reject.class).handoffId()).isEqualTo("h1");
		assertThat(last(Action.Reject.class).stage()).isEqualTo(this.machine.stage());
		handle(new Event.Received(LINK + 1, new ProcessId(300, 3), new Frame.Hello(1, "shop", null, null),
				Instant.EPOCH));
		assertThat(last(Action.EndLink.class).link()).isEqualTo(LINK + 1);
		assertThat(last(Action.EndLink.class).code()).isEqualTo(FailureCode.BUSY);
		assertThat(this.machine.phase()).isEqualTo(phase);
	}

	@Test
	void triggerBeforeApplicationIsReadyIsRefused() {
		handle(new Event.Triggered(1, HandoffTrigger.SIGNAL, null, Instant.EPOCH));
		assertThat(last(Action.Reject.class).message()).contains("still starting");
	}

	@Test
	void otherApplicationIsRefused() {
		handle(new Event.ApplicationReady());
		receive(new Frame.Hello(1, "billing", null, null));
		assertThat(last(Action.EndLink.class).code()).isEqualTo(FailureCode.OTHER_APPLICATION);
		assertThat(last(Action.EndLink.class).text()).contains("\"shop\"").contains("\"billing\"");
		assertThat(this.machine.phase()).isEqualTo(Phase.IDLE);
	}

	@Test
	void processLaunchedByAnEarlierHandoffIsRefused() {
		handle(new Event.ApplicationReady());
		receive(new Frame.Hello(1, "shop", "h0", null));
		assertThat(last(Action.EndLink.class).code()).isEqualTo(FailureCode.ABORTED);
		assertThat(this.machine.phase()).isEqualTo(Phase.IDLE);
	}

	// Failures before SERVING change nothing

	@Test
	void refusedPrecheckFailsBeforeAnythingIsLaunched() {
		to(Phase.PRECHECKING);
		handle(new Event.PrechecksDone("h1", "no"));
		assertFailed(FailureCode.REFUSED, Stage.PRECHECK);
		assertThat(this.actions).noneMatch(Action.Launch.class::isInstance);
	}

	@Test
	void answerOfAnEarlierPrecheckIsIgnored() {
		to(Phase.PRECHECKING);
		handle(new Event.PrechecksDone("h0", "no"));
		assertThat(this.machine.phase()).isEqualTo(Phase.PRECHECKING);
	}

	@ParameterizedTest
	@EnumSource(names = { "LAUNCHING", "SUCCESSOR_STARTING" })
	void exitOfLaunchedSuccessorFailsWithItsStatus(Phase phase) {
		to(phase);
		handle(new Event.SuccessorExited(SUCCESSOR, 1));
		handle(fenced(true));
		assertFailed(FailureCode.SUCCESSOR_EXITED, phase.stage());
		assertThat(last(Action.Remember.class).handoff().exitStatus()).isEqualTo(1);
		assertThat(this.actions).noneMatch(Action.TakePath.class::isInstance);
	}

	@Test
	void launchedProcessThatFailsBeforeItCanTakePartSaysWhy() {
		to(Phase.LAUNCHING);
		ProcessId other = new ProcessId(SUCCESSOR.pid(), 99);
		handle(new Event.Received(LINK, other, new Frame.Bye(ByeReason.ABORTED, null, "not mine"), Instant.EPOCH));
		assertThat(this.machine.phase()).isEqualTo(Phase.LAUNCHING);
		receive(new Frame.Bye(ByeReason.ABORTED, FailureCode.SUCCESSOR_EXITED, "no such property"));
		handle(new Event.LinkEnded(LINK, null));
		assertThat(last(Action.Fence.class).grace()).isPositive();
		handle(new Event.SuccessorExited(SUCCESSOR, 1));
		handle(fenced(true));
		assertFailed(FailureCode.SUCCESSOR_EXITED, Stage.LAUNCH);
		HandoffRecord handoff = last(Action.Remember.class).handoff();
		assertThat(handoff.message()).isEqualTo("no such property");
		assertThat(handoff.exitStatus()).isEqualTo(1);
	}

	@Test
	void deathOfSuccessorAfterCutoverTakesThePathBack() {
		toCutover();
		this.actions.clear();
		handle(new Event.LinkEnded(LINK, null));
		assertThat(last(Action.Fence.class).processes()).containsExactly(SUCCESSOR);
		assertThat(last(Action.Fence.class).grace()).isZero();
		assertThat(last(Action.Fence.class).termGrace()).isZero();
		assertThat(this.actions).noneMatch(Action.TakePath.class::isInstance);
		handle(fenced(true));
		assertThat(last(Action.TakePath.class)).isNotNull();
		assertThat(this.actions).as("the path comes first").noneMatch(Action.BecomeActive.class::isInstance);
		handle(new Event.PathTaken(null));
		assertFailed(FailureCode.SUCCESSOR_EXITED, Stage.CUTOVER);
		assertThat(this.actions).as("the successor may have said that it is the active one")
			.filteredOn(Action.BecomeActive.class::isInstance)
			.hasSize(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "PRECHECKING", "VERIFYING", "LAUNCHING", "SUCCESSOR_STARTING" })
	void handoffThatFailsBeforeCutoverLeavesNoDoubtWhoIsActive(Phase phase) {
		to(phase);
		this.actions.clear();
		handle(new Event.AbortRequested(1));
		if (phase == Phase.LAUNCHING || phase == Phase.SUCCESSOR_STARTING) {
			handle(fenced(true));
		}
		assertThat(this.machine.phase()).isEqualTo(Phase.IDLE);
		assertThat(this.actions).noneMatch(Action.BecomeActive.class::isInstance);
	}

	@Test
	void operatorsSuccessorIsLeftAloneUntilItHasTheListeners() {
		handle(new Event.ApplicationReady());
		receive(new Frame.Hello(1, "shop", null, null));
		handle(new Event.AbortRequested(1));
		assertFailed(FailureCode.ABORTED, Stage.PRECHECK);
		assertThat(this.actions).noneMatch(Action.Fence.class::isInstance);
	}

	@Test
	void operatorsSuccessorThatHasTheListenersHasTimeToEndByItselfUntilCutover() {
		takeOverUntilStart();
		handle(new Event.AbortRequested(1));
		assertThat(last(Action.Fence.class).processes()).containsExactly(SUCCESSOR);
		assertThat(last(Action.Fence.class).grace()).isPositive();
		handle(fenced(true));
		assertFailed(FailureCode.ABORTED, Stage.START);

		takeOverUntilStart();
		receive(new Frame.Ready());
		handle(new Event.LinkSilent(LINK));
		assertThat(last(Action.Fence.class).grace()).isZero();
		assertThat(last(Action.Fence.class).termGrace()).isZero();
	}

	@Test
	void predecessorThatIsBeingKilledIsNotObeyed() {
		succeedUntilReady();
		handle(new Event.LinkSilent(LINK));
		receive(new Frame.Bye(ByeReason.ABORTED, FailureCode.TIMEOUT, "too slow"));
		assertThat(this.machine.phase()).isEqualTo(Phase.READY);
		handle(new Event.PeerChecked(PREDECESSOR, true, false));
		assertThat(last(Action.TakePath.class)).isNotNull();
	}

	@Test
	void stoppedSuccessorThatWeLaunchedIsKilledAtOnce() {
		to(Phase.SUCCESSOR_STARTING);
		handle(new Event.LinkSilent(LINK));
		assertThat(last(Action.Fence.class).grace()).isZero();
		assertThat(last(Action.Fence.class).termGrace()).isZero();
	}

	@Test
	void silentStrangerIsShownOut() {
		to(Phase.SUCCESSOR_STARTING);
		handle(new Event.LinkSilent(LINK + 1));
		assertThat(last(Action.EndLink.class).link()).isEqualTo(LINK + 1);
		assertThat(this.machine.phase()).isEqualTo(Phase.SUCCESSOR_STARTING);
	}

	@Test
	void servingAfterTheHandoffHasFailedChangesNothing() {
		toCutover();
		pass(HandoffMachine.CUTOVER_TIMEOUT);
		assertThat(this.machine.phase()).isEqualTo(Phase.FENCING);
		receive(new Frame.Serving());
		assertThat(this.machine.phase()).isEqualTo(Phase.FENCING);
		assertThat(this.machine.role()).isEqualTo(Role.ACTIVE);
	}

	@Test
	void byeOfSuccessorFailsWithItsCode() {
		to(Phase.SUCCESSOR_STARTING);
		receive(new Frame.Bye(ByeReason.ABORTED, FailureCode.UNHEALTHY, "db is DOWN"));
		handle(fenced(true));
		assertFailed(FailureCode.UNHEALTHY, Stage.START);
		assertThat(last(Action.Remember.class).handoff().message()).isEqualTo("db is DOWN");
	}

	@Test
	void frameOutOfOrderFailsWithProtocol() {
		to(Phase.SUCCESSOR_STARTING);
		receive(new Frame.Serving());
		assertThat(this.machine.phase()).isEqualTo(Phase.FENCING);
		handle(fenced(true));
		assertFailed(FailureCode.PROTOCOL, Stage.START);
	}

	@Test
	void frameOfAStrangerHarmsNobody() {
		to(Phase.SUCCESSOR_STARTING);
		handle(new Event.Received(LINK + 1, new ProcessId(300, 3), new Frame.Ready(), Instant.EPOCH));
		assertThat(last(Action.EndLink.class).link()).isEqualTo(LINK + 1);
		assertThat(last(Action.EndLink.class).reason()).isEqualTo(ByeReason.PROTOCOL);
		assertThat(this.machine.phase()).isEqualTo(Phase.SUCCESSOR_STARTING);
	}

	@Test
	void abortWhileLaunchingFencesTheProcessOnceItIsKnown() {
		to(Phase.PRECHECKING);
		handle(new Event.PrechecksDone("h1", null));
		handle(new Event.Verified("h1", null));
		handle(new Event.AbortRequested(9));
		assertThat(last(Action.Accept.class)).isEqualTo(new Action.Accept(9, "h1"));
		assertThat(this.actions).noneMatch(Action.Fence.class::isInstance);
		handle(new Event.Launched(SUCCESSOR));
		assertThat(last(Action.Fence.class).processes()).containsExactly(SUCCESSOR);
		handle(fenced(true));
		assertFailed(FailureCode.ABORTED, Stage.LAUNCH);
	}

	@Test
	void abortDoesNotRevertAndRevertDoesNotAbort() {
		serve();
		handle(new Event.AbortRequested(3, Event.Undo.ABORT));
		assertThat(last(Action.Reject.class).message()).isEqualTo("No handoff runs that could be aborted.");
		assertThat(this.actions).noneMatch(Action.SendRevert.class::isInstance);
		handle(new Event.Triggered(4, HandoffTrigger.COMMAND, null, Instant.EPOCH));
		handle(new Event.AbortRequested(5, Event.Undo.REVERT));
		assertThat(last(Action.Reject.class).request()).isEqualTo(5);
		assertThat(last(Action.Reject.class).message()).contains("runs, in PRECHECK");
		handle(new Event.AbortRequested(6, Event.Undo.ABORT));
		assertThat(last(Action.Accept.class).request()).isEqualTo(6);
	}

	@Test
	void abortWithoutHandoffIsRejected() {
		handle(new Event.ApplicationReady());
		handle(new Event.AbortRequested(1));
		assertThat(last(Action.Reject.class).message()).startsWith("No handoff runs");
	}

	@ParameterizedTest
	@EnumSource(names = { "LAUNCHING", "SUCCESSOR_STARTING" })
	void stopKillsTheLaunchedSuccessorAtOnce(Phase phase) {
		to(phase);
		handle(new Event.StopRequested());
		assertThat(last(Action.Fence.class).grace()).isZero();
		assertThat(this.actions).noneMatch(Action.Stopped.class::isInstance);
		handle(fenced(true));
		assertLeaves();
	}

	@Test
	void stopDuringTheCutoverLeavesTheServiceToTheSuccessor() {
		toCutover();
		handle(new Event.StopRequested());
		assertThat(this.machine.phase()).isEqualTo(Phase.CUTTING_OVER);
		receive(new Frame.Serving());
		assertThat(sent(Frame.Released.class)).isNotNull();
		handle(new Event.AcceptingStopped());
		handle(new Event.LinkEnded(LINK, null));
		handle(new Event.PeerChecked(SUCCESSOR, true, false));
		assertThat(this.machine.role()).as("told to stop, it does not come back").isEqualTo(Role.DRAINING);
		handle(new Event.DrainEnded(NONE));
		assertThat(last(Action.Stopped.class)).isNotNull();
	}

	@Test
	void stopDuringACutoverThatFailsStopsTheService() {
		toCutover();
		handle(new Event.StopRequested());
		pass(HandoffMachine.CUTOVER_TIMEOUT);
		this.actions.clear();
		handle(fenced(true));
		assertThat(last(Action.BecomeActive.class)).as("what names the service must not name the dead").isNotNull();
		assertLeaves();
	}

	@Test
	void stopOfTheActiveProcessDrainsOnce() {
		handle(new Event.ApplicationReady());
		handle(new Event.StopRequested());
		assertThat(last(Action.Leave.class)).isNotNull();
		handle(new Event.StopRequested());
		assertThat(this.actions).filteredOn(Action.Leave.class::isInstance).hasSize(1);
		assertThat(this.actions).noneMatch(Action.Stopped.class::isInstance);
		handle(new Event.Triggered(3, HandoffTrigger.SIGNAL, null, Instant.EPOCH));
		assertThat(last(Action.Reject.class).message()).contains("is stopping");
		assertThat(this.machine.role()).isEqualTo(Role.DRAINING);
		handle(new Event.DrainEnded(new HandoffRecord.Connections(0, 0, 0, 0)));
		assertThat(last(Action.Stopped.class)).isNotNull();
		handle(new Event.StopRequested());
		assertThat(last(Action.Stopped.class)).isNotNull();
	}

	@Test
	void stopBeforeTheApplicationIsReadyFinishesWhatWasAccepted() {
		handle(new Event.StopRequested());
		assertLeaves();
	}

	@Test
	void stopOfASuccessorThatAcceptsLetsItServeFirst() {
		succeedUntilReady();
		receive(new Frame.Cutover(0));
		handle(new Event.PathTaken(null));
		handle(new Event.StopRequested());
		assertThat(this.machine.phase()).isEqualTo(Phase.OPENING_GATES);
		handle(new Event.GatesOpened());
		assertThat(sent(Frame.Serving.class)).isNotNull();
		assertThat(sent(Frame.Release.class)).isNotNull();
		assertLeaves();
	}

	@Test
	void stopWhileDrainingHastensThatDrainAndExitsByItself() {
		toCutover();
		receive(new Frame.Serving());
		handle(new Event.AcceptingStopped());
		assertThat(this.machine.phase()).isEqualTo(Phase.DRAINING);
		handle(new Event.StopRequested());
		assertThat(last(Action.HastenDrain.class)).isNotNull();
		assertThat(this.actions).noneMatch(Action.Stopped.class::isInstance);
		handle(new Event.DrainEnded(new HandoffRecord.Connections(0, 0, 0, 0)));
		assertThat(last(Action.Stopped.class)).isNotNull();
		assertThat(this.actions).noneMatch(Action.Exit.class::isInstance);
	}

	@Test
	void stopWhileAcceptingStopsHastensTheDrainToCome() {
		toCutover();
		receive(new Frame.Serving());
		handle(new Event.StopRequested());
		assertThat(this.machine.phase()).isEqualTo(Phase.STOPPING_ACCEPT);
		assertThat(this.actions).noneMatch(Action.Stopped.class::isInstance);
		handle(new Event.AcceptingStopped());
		assertThat(last(Action.Drain.class)).isNotNull();
		assertThat(last(Action.HastenDrain.class)).isNotNull();
	}

	@Test
	void failureOfTheDrainDoesNotHoldUpTheStop() {
		handle(new Event.ApplicationReady());
		handle(new Event.StopRequested());
		handle(new Event.ActionFailed("a bug"));
		assertThat(last(Action.Stopped.class)).isNotNull();
	}

	private void assertLeaves() {
		assertThat(last(Action.Leave.class)).isNotNull();
		handle(new Event.DrainEnded(new HandoffRecord.Connections(0, 0, 0, 0)));
		assertThat(last(Action.Stopped.class)).isNotNull();
		assertThat(this.machine.phase()).isEqualTo(Phase.ENDING);
	}

	@Test
	void exitStatusOfAKilledSuccessorIsKept() {
		to(Phase.SUCCESSOR_STARTING);
		handle(new Event.LinkSilent(LINK));
		handle(new Event.SuccessorExited(SUCCESSOR, 137));
		handle(fenced(true));
		assertFailed(FailureCode.TIMEOUT, Stage.START);
		assertThat(last(Action.Remember.class).handoff().exitStatus()).isEqualTo(137);
	}

	@Test
	void answerToTheKillOfAnEarlierHandoffDoesNotEndTheNextOne() {
		to(Phase.SUCCESSOR_STARTING);
		handle(new Event.AbortRequested(1));
		handle(new Event.Fenced("h0", true));
		assertThat(this.machine.phase()).isEqualTo(Phase.FENCING);
		handle(fenced(true));
		assertThat(this.machine.phase()).isEqualTo(Phase.IDLE);
	}

	@Test
	void nextHandoffCanStartAfterAFailedOne() {
		to(Phase.SUCCESSOR_STARTING);
		handle(new Event.SuccessorExited(SUCCESSOR, 1));
		handle(fenced(true));
		handle(new Event.Triggered(2, HandoffTrigger.SIGNAL, null, Instant.EPOCH));
		assertThat(this.machine.phase()).isEqualTo(Phase.PRECHECKING);
		handle(new Event.SuccessorExited(SUCCESSOR, 1));
		assertThat(this.machine.phase()).isEqualTo(Phase.PRECHECKING);
	}

	@Test
	void unforeseenErrorFailsTheHandoffAndNothingElse() {
		to(Phase.SUCCESSOR_STARTING);
		handle(new Event.ActionFailed("a bug"));
		handle(new Event.ActionFailed("another one"));
		assertFailed(FailureCode.ABORTED, Stage.START);
		handle(new Event.ActionFailed("late"));
		assertThat(this.machine.phase()).isEqualTo(Phase.IDLE);
	}

	@Test
	void connectionsOfThePredecessorAreAdoptedAndAnswered() {
		succeedUntilReady();
		receive(new Frame.Cutover(0));
		handle(new Event.PathTaken(null));
		handle(new Event.GatesOpened());
		Frame.Connections connections = new Frame.Connections("server", List.of());
		receive(connections);
		assertThat(last(Action.Adopt.class)).isEqualTo(new Action.Adopt(LINK, connections));
	}

	@Test
	void connectionsOfThePredecessorAreReturnedByAProcessThatHasDrained() throws IOException {
		succeedUntilReady();
		receive(new Frame.Cutover(0));
		handle(new Event.PathTaken(null));
		handle(new Event.GatesOpened());
		handle(new Event.Triggered(1, HandoffTrigger.SIGNAL, null, Instant.EPOCH));
		handle(new Event.PrechecksDone("h1", null));
		receive(new Frame.Released());
		handle(new Event.Verified("h1", null));
		handle(new Event.Launched(SUCCESSOR));
		for (Frame frame : List.of(new Frame.Hello(1, "shop", "h1", null), new Frame.Ready(), new Frame.Serving())) {
			handle(new Event.Received(LINK + 1, SUCCESSOR, frame, Instant.EPOCH));
		}
		handle(new Event.AcceptingStopped());
		handle(new Event.DrainEnded(NONE));
		pass(STANDBY);
		assertThat(this.machine.phase()).isEqualTo(Phase.DRAINED);
		try (TestListener listener = TestListener.bind("server"); Descriptor descriptor = listener.exportListener()) {
			Frame.Connections connections = connection(descriptor);
			handle(new Event.Received(LINK, PREDECESSOR, connections, Instant.EPOCH));
			assertThat(last(Action.Discard.class).frame()).isEqualTo(connections);
			assertThat(sent(Frame.Answered.class)).isEqualTo(new Frame.Answered(List.of(), List.of(7L)));
		}
	}

	@Test
	void connectionsOfThePredecessorAreReturnedByAProcessThatIsStopping() throws IOException {
		serve();
		handle(new Event.StopRequested());
		assertThat(sent(Frame.Release.class).atOnce()).isFalse();
		try (TestListener listener = TestListener.bind("server"); Descriptor descriptor = listener.exportListener()) {
			Frame.Connections connections = connection(descriptor);
			handle(new Event.Received(LINK, PREDECESSOR, connections, Instant.EPOCH));
			assertThat(last(Action.Discard.class).frame()).isEqualTo(connections);
			assertThat(sent(Frame.Answered.class).returned()).containsExactly(7L);
		}
		handle(new Event.DrainEnded(NONE));
		assertThat(last(Action.EndLink.class).reason()).isEqualTo(ByeReason.STOPPING);
	}

	private static Frame.Connections connection(Descriptor descriptor) {
		return new Frame.Connections("server", List.of(new MovingConnection(7, new IdleConnection(descriptor, true))));
	}

	@Test
	void connectionsBeforeServingAreOutOfOrder() {
		succeedUntilReady();
		receive(new Frame.Connections("server", List.of()));
		assertThat(last(Action.Discard.class)).isNotNull();
		assertThat(last(Action.EndLink.class).reason()).isEqualTo(ByeReason.PROTOCOL);
	}

	@Test
	void drainLearnsOfAnswersAndOfASuccessorThatIsLostButLives() {
		toDraining();
		assertThat(last(Action.Drain.class).link()).isEqualTo(LINK);
		receive(new Frame.Answered(List.of(1L), List.of()));
		assertThat(last(Action.NoteAnswer.class).answer().adopted()).containsExactly(1L);
		handle(new Event.LinkEnded(LINK, null));
		assertThat(this.actions).noneMatch(Action.SuccessorLost.class::isInstance);
		handle(new Event.PeerChecked(SUCCESSOR, false, false));
		assertThat(last(Action.SuccessorLost.class).dead()).isFalse();
		assertThat(this.machine.mayResume()).isFalse();
	}

	@Test
	void nothingMovesToASuccessorThatWasLostBeforeTheDrain() {
		toCutover();
		receive(new Frame.Serving());
		handle(new Event.LinkEnded(LINK, null));
		handle(new Event.PeerChecked(SUCCESSOR, false, false));
		handle(new Event.AcceptingStopped());
		assertThat(last(Action.Drain.class).link()).isEqualTo(HandoffMachine.NO_LINK);
	}

	// Deadlines

	@Test
	void readyTimeoutRunsFromLaunch() {
		to(Phase.LAUNCHING);
		pass(READY_TIMEOUT.minusMillis(500));
		assertThat(this.machine.phase()).isEqualTo(Phase.LAUNCHING);
		pass(Duration.ofMillis(500));
		assertThat(this.machine.phase()).isEqualTo(Phase.FENCING);
		handle(fenced(true));
		assertFailed(FailureCode.TIMEOUT, Stage.LAUNCH);
		assertThat(last(Action.Remember.class).handoff().message()).contains("hotswap.ready-timeout");
	}

	@Test
	void progressExtendsReadyTimeoutToThreeTimesAtMost() {
		to(Phase.SUCCESSOR_STARTING);
		for (int i = 0; i < 5; i++) {
			pass(READY_TIMEOUT.dividedBy(2));
			receive(new Frame.Progress(Stage.START));
		}
		assertThat(this.machine.phase()).isEqualTo(Phase.SUCCESSOR_STARTING);
		pass(READY_TIMEOUT.dividedBy(2));
		assertThat(this.machine.phase()).isEqualTo(Phase.FENCING);
	}

	@Test
	void deadlinesStartAgainWhenThisProcessWasStoppedItself() {
		to(Phase.LAUNCHING);
		this.now += Duration.ofMinutes(10).toNanos();
		handle(new Event.Tick());
		assertThat(this.machine.phase()).isEqualTo(Phase.LAUNCHING);
		pass(READY_TIMEOUT);
		assertThat(this.machine.phase()).isEqualTo(Phase.FENCING);
	}

	@Test
	void helloWithoutAnswerGivesUp() {
		handle(new Event.PredecessorFound(LINK, PREDECESSOR, "h0"));
		pass(HandoffMachine.HELLO_TIMEOUT);
		assertThat(last(Action.Exit.class).code()).isEqualTo(FailureCode.PREDECESSOR_UNREACHABLE);
	}

	// The predecessor dies

	@Test
	void predecessorsDeathBeforeOfferStartsFresh() {
		handle(new Event.PredecessorFound(LINK, PREDECESSOR, "h0"));
		handle(new Event.LinkEnded(LINK, null));
		assertThat(last(Action.CheckPeer.class).process()).isEqualTo(PREDECESSOR);
		handle(new Event.PeerChecked(PREDECESSOR, true, false));
		assertThat(last(Action.StartFresh.class)).isNotNull();
		handle(new Event.ApplicationReady());
		assertThat(this.machine.role()).isEqualTo(Role.ACTIVE);
		assertThat(this.machine.generation()).isEqualTo(1);
	}

	@Test
	void predecessorsDeathInStartOpensGatesOnlyWhenApplicationIsReady() {
		succeedUntilStart();
		handle(new Event.LinkEnded(LINK, null));
		handle(new Event.PeerChecked(PREDECESSOR, true, false));
		assertThat(this.actions).noneMatch(Action.TakePath.class::isInstance);
		handle(new Event.ApplicationReady());
		assertThat(last(Action.TakePath.class)).isNotNull();
		handle(new Event.PathTaken(null));
		handle(new Event.GatesOpened());
		assertThat(this.machine.role()).isEqualTo(Role.ACTIVE);
		assertThat(this.machine.draining()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(names = { "WARMING_UP", "CHECKING_HEALTH", "READY" })
	void predecessorsDeathAfterApplicationIsReadyOpensGatesAtOnce(Phase phase) {
		succeedUntil(phase);
		handle(new Event.LinkEnded(LINK, null));
		handle(new Event.PeerChecked(PREDECESSOR, true, false));
		assertThat(last(Action.TakePath.class)).isNotNull();
		handle(new Event.HealthChecked("late"));
		handle(new Event.PathTaken("unwritable"));
		assertThat(last(Action.OpenGates.class)).isNotNull();
	}

	@Test
	void lossOfTheConnectionWhilePredecessorLivesGivesUpAndFencesNobody() {
		succeedUntilReady();
		handle(new Event.LinkEnded(LINK, null));
		handle(new Event.PeerChecked(PREDECESSOR, false, false));
		assertThat(last(Action.Exit.class).code()).isEqualTo(FailureCode.PREDECESSOR_UNREACHABLE);
		assertThat(this.actions).noneMatch(Action.FencePeer.class::isInstance);
	}

	@Test
	void silentPredecessorIsFencedAndThenSucceeded() {
		succeedUntilReady();
		handle(new Event.LinkSilent(LINK));
		assertThat(last(Action.FencePeer.class)).isEqualTo(new Action.FencePeer(PREDECESSOR, false));
		assertThat(this.actions).noneMatch(Action.TakePath.class::isInstance);
		handle(new Event.PeerChecked(PREDECESSOR, true, true));
		assertThat(last(Action.TakePath.class)).isNotNull();
	}

	@Test
	void byeOfPredecessorEndsTheSuccessorWithItsCode() {
		succeedUntilStart();
		receive(new Frame.Bye(ByeReason.ABORTED, FailureCode.TIMEOUT, "too slow"));
		assertThat(last(Action.Exit.class)).isEqualTo(new Action.Exit(FailureCode.TIMEOUT, "too slow"));
		assertThat(this.machine.phase()).isEqualTo(Phase.ENDING);
	}

	@Test
	void warmUpThatIsRequiredAndFailsEndsTheSuccessor() {
		succeedUntil(Phase.WARMING_UP);
		handle(new Event.WarmedUp("the bean 'cache' failed"));
		assertThat(last(Action.EndLink.class).code()).isEqualTo(FailureCode.WARM_UP);
		assertThat(last(Action.Exit.class)).isEqualTo(new Action.Exit(FailureCode.WARM_UP, "the bean 'cache' failed"));
	}

	@Test
	void progressOfAWarmUpIsTold() {
		succeedUntil(Phase.WARMING_UP);
		this.actions.clear();
		handle(new Event.ApplicationProgressed());
		assertThat(sent(Frame.Progress.class).stage()).isEqualTo(Stage.WARM_UP);
	}

	@Test
	void successorThatNeverBecomesHealthyTellsAndExits() {
		succeedUntil(Phase.CHECKING_HEALTH);
		handle(new Event.HealthChecked("db is DOWN"));
		assertThat(last(Action.EndLink.class).code()).isEqualTo(FailureCode.UNHEALTHY);
		assertThat(last(Action.Exit.class).code()).isEqualTo(FailureCode.UNHEALTHY);
	}

	// The successor dies after SERVING

	@ParameterizedTest
	@EnumSource(names = { "DRAINING", "STANDBY" })
	void predecessorServesAgainWhenItsSuccessorDies(Phase phase) {
		toOld(phase);
		this.actions.clear();
		handle(new Event.SuccessorExited(SUCCESSOR, 137));
		handle(new Event.LinkEnded(LINK, null));
		assertThat(this.actions).containsExactly(new Action.CheckPeer(SUCCESSOR));
		handle(new Event.PeerChecked(SUCCESSOR, true, false));
		assertThat(last(Action.Reopen.class).successorDead()).isTrue();
		handle(new Event.GatesOpened());
		assertThat(last(Action.TakePath.class)).isNotNull();
		handle(new Event.PathTaken(null));
		assertFailed(FailureCode.SUCCESSOR_EXITED, phase.stage());
		assertThat(last(Action.Remember.class).handoff().exitStatus()).isEqualTo(137);
		assertThat(last(Action.BecomeActive.class)).isNotNull();
		assertThat(this.machine.generation()).isOne();
		handle(new Event.Triggered(5, HandoffTrigger.SIGNAL, null, Instant.EPOCH));
		assertThat(this.machine.phase()).isEqualTo(Phase.PRECHECKING);
	}

	@Test
	void predecessorServesAgainOnceItHasStoppedAccepting() {
		toCutover();
		receive(new Frame.Serving());
		handle(new Event.LinkEnded(LINK, null));
		handle(new Event.PeerChecked(SUCCESSOR, true, false));
		assertThat(this.actions).noneMatch(Action.Reopen.class::isInstance);
		handle(new Event.AcceptingStopped());
		assertThat(this.actions).noneMatch(Action.Drain.class::isInstance);
		assertThat(last(Action.Reopen.class)).isNotNull();
	}

	@Test
	void silentSuccessorIsKilledAndNotAnsweredAnyMore() {
		toOld(Phase.STANDBY);
		handle(new Event.LinkSilent(LINK));
		assertThat(last(Action.FencePeer.class)).isEqualTo(new Action.FencePeer(SUCCESSOR, true));
		this.actions.clear();
		receive(new Frame.Release(false));
		pass(STANDBY.multipliedBy(2));
		assertThat(this.actions).filteredOn(Action.Send.class::isInstance)
			.noneMatch((send) -> ((Action.Send) send).frame() instanceof Frame.Released);
		assertThat(this.machine.phase()).isEqualTo(Phase.STANDBY);
		handle(new Event.PeerChecked(SUCCESSOR, true, true));
		handle(new Event.GatesOpened());
		handle(new Event.PathTaken(null));
		assertFailed(FailureCode.TIMEOUT, Stage.STANDBY);
	}

	@Test
	void silentSuccessorThatCannotBeKilledIsTriedAgain() {
		toOld(Phase.STANDBY);
		handle(new Event.LinkSilent(LINK));
		handle(new Event.PeerChecked(SUCCESSOR, false, false));
		this.actions.clear();
		pass(HandoffMachine.FENCE_INTERVAL);
		assertThat(this.actions).filteredOn(Action.FencePeer.class::isInstance).hasSize(1);
		assertThat(this.machine.phase()).isEqualTo(Phase.STANDBY);
	}

	@Test
	void successorThatAnOperatorStopsReleasesThePredecessor() {
		toOld(Phase.STANDBY);
		receive(new Frame.Release(false));
		assertThat(sent(Frame.Released.class)).isNotNull();
		assertThat(last(Action.Exit.class).code()).isNull();

		HandoffMachineTests other = new HandoffMachineTests();
		other.toOld(Phase.DRAINING);
		other.receive(new Frame.Bye(ByeReason.STOPPING, null, null));
		other.handle(new Event.LinkEnded(LINK, null));
		assertThat(other.machine.mayResume()).isFalse();
		other.handle(new Event.DrainEnded(NONE));
		assertThat(other.last(Action.Exit.class).code()).isNull();
	}

	// Older generations

	@Test
	void olderGenerationThatCouldResumeIsReleasedBeforeTheNextLaunch() {
		serve();
		handle(new Event.Triggered(1, HandoffTrigger.SIGNAL, null, Instant.EPOCH));
		handle(new Event.PrechecksDone("h1", null));
		assertThat(sent(Frame.Release.class).atOnce()).isFalse();
		assertThat(this.actions).noneMatch(Action.Verify.class::isInstance);
		receive(new Frame.Released());
		assertThat(last(Action.Verify.class)).isNotNull();
		assertThat(last(Action.Proven.class)).isNotNull();
	}

	@Test
	void endOfTheStandbyProvesTheSuccessor() {
		serve();
		assertThat(this.actions).noneMatch(Action.Proven.class::isInstance);
		receive(new Frame.Bye(ByeReason.RELEASED, null, null));
		assertThat(last(Action.Proven.class)).isNotNull();
	}

	@Test
	void processThatIsStoppedWhileItsPredecessorCouldResumeProvesNothing() {
		serve();
		handle(new Event.StopRequested());
		assertThat(sent(Frame.Release.class)).isNotNull();
		receive(new Frame.Released());
		receive(new Frame.Bye(ByeReason.RELEASED, null, null));
		pass(HandoffMachine.STOP_SPREAD);
		assertThat(this.actions).noneMatch(Action.Proven.class::isInstance);
	}

	@Test
	void processThatIsStoppedAfterItsPredecessorProvesNothing() {
		serve();
		receive(new Frame.Released());
		receive(new Frame.Bye(ByeReason.RELEASED, null, null));
		handle(new Event.StopRequested());
		pass(HandoffMachine.STOP_SPREAD);
		assertThat(this.actions).noneMatch(Action.Proven.class::isInstance);
	}

	@Test
	void processThatHasHandedBackProvesNothing() {
		serve();
		handle(new Event.AbortRequested(1));
		receive(new Frame.Serving());
		assertThat(this.machine.role()).isNotEqualTo(Role.ACTIVE);
		pass(HandoffMachine.STOP_SPREAD);
		assertThat(this.actions).noneMatch(Action.Proven.class::isInstance);
	}

	@Test
	void processWhosePredecessorWasStoppedProvesItselfBeforeItsOwnHandoffVerifies() {
		serve();
		receive(new Frame.Released());
		assertThat(this.actions).noneMatch(Action.Proven.class::isInstance);
		handle(new Event.Triggered(1, HandoffTrigger.SIGNAL, null, Instant.EPOCH));
		handle(new Event.PrechecksDone("h1", null));
		assertThat(this.actions)
			.filteredOn((action) -> action instanceof Action.Proven || action instanceof Action.Verify)
			.extracting(Object::getClass)
			.containsExactly(Action.Proven.class, Action.Verify.class);
	}

	@Test
	void stopOfThePredecessorAloneProvesTheSuccessor() {
		serve();
		receive(new Frame.Released());
		assertThat(this.actions).noneMatch(Action.Proven.class::isInstance);
		assertThat(this.machine.hasDeadline()).isTrue();
		pass(HandoffMachine.STOP_SPREAD);
		assertThat(last(Action.Proven.class)).isNotNull();
		assertThat(this.machine.hasDeadline()).isFalse();
	}

	@Test
	void olderGenerationThatDoesNotAnswerIsKilledBeforeTheNextLaunch() {
		serve();
		handle(new Event.Triggered(1, HandoffTrigger.SIGNAL, null, Instant.EPOCH));
		handle(new Event.PrechecksDone("h1", null));
		pass(HandoffMachine.RELEASE_TIMEOUT);
		assertThat(last(Action.FencePeer.class)).isEqualTo(new Action.FencePeer(PREDECESSOR, false));
		assertThat(this.actions).noneMatch(Action.Verify.class::isInstance);
		handle(new Event.PeerChecked(PREDECESSOR, true, true));
		assertThat(last(Action.Verify.class)).isNotNull();
		assertThat(this.machine.draining()).isEmpty();
	}

	@Test
	void olderGenerationThatEndedTheLinkIsLookedForUntilItIsGone() {
		serve();
		this.actions.clear();
		receive(new Frame.Bye(ByeReason.PROTOCOL, FailureCode.PROTOCOL, "malformed"));
		assertThat(last(Action.CheckPeer.class).process()).isEqualTo(PREDECESSOR);
		handle(new Event.LinkEnded(LINK, null));
		handle(new Event.PeerChecked(PREDECESSOR, false, false));
		assertThat(this.machine.draining()).hasSize(1);
		assertThat(this.machine.hasDeadline()).isTrue();
		this.actions.clear();
		pass(HandoffMachine.CHECK_INTERVAL);
		assertThat(last(Action.CheckPeer.class).process()).isEqualTo(PREDECESSOR);
		handle(new Event.PeerChecked(PREDECESSOR, true, false));
		assertThat(this.machine.draining()).isEmpty();
		assertThat(last(Action.Proven.class)).isNotNull();
		assertThat(this.machine.hasDeadline()).isFalse();
	}

	@Test
	void predecessorWhoseLinkEndedWhileTheGatesOpenedIsLookedForUntilItIsGone() {
		succeedUntilReady();
		receive(new Frame.Cutover(0));
		handle(new Event.PathTaken(null));
		handle(new Event.LinkEnded(LINK, null));
		handle(new Event.GatesOpened());
		handle(new Event.PeerChecked(PREDECESSOR, false, false));
		assertThat(this.machine.role()).isEqualTo(Role.ACTIVE);
		assertThat(this.machine.draining()).hasSize(1);
		this.actions.clear();
		pass(HandoffMachine.CHECK_INTERVAL);
		assertThat(last(Action.CheckPeer.class).process()).isEqualTo(PREDECESSOR);
		handle(new Event.PeerChecked(PREDECESSOR, true, false));
		assertThat(this.machine.draining()).isEmpty();
	}

	@Test
	void answerToAnEarlierQuestionIsNotTakenForThatOfTheKill() {
		serve();
		handle(new Event.LinkEnded(LINK, "broken"));
		handle(new Event.Triggered(1, HandoffTrigger.SIGNAL, null, Instant.EPOCH));
		handle(new Event.PrechecksDone("h1", null));
		assertThat(last(Action.FencePeer.class)).isEqualTo(new Action.FencePeer(PREDECESSOR, false));
		handle(new Event.PeerChecked(PREDECESSOR, false, false));
		assertThat(this.machine.phase()).isEqualTo(Phase.RELEASING);
		handle(new Event.PeerChecked(PREDECESSOR, true, true));
		assertThat(last(Action.Verify.class)).isNotNull();
	}

	@Test
	void olderGenerationThatCannotBeReleasedOrKilledRefusesTheNextHandoff() {
		serve();
		handle(new Event.LinkEnded(LINK, "broken"));
		handle(new Event.PeerChecked(PREDECESSOR, false, false));
		handle(new Event.Triggered(1, HandoffTrigger.SIGNAL, null, Instant.EPOCH));
		handle(new Event.PrechecksDone("h1", null));
		handle(new Event.PeerChecked(PREDECESSOR, false, true));
		assertFailed(FailureCode.TIMEOUT, Stage.PRECHECK);
		assertThat(this.actions).noneMatch(Action.Launch.class::isInstance);
	}

	@Test
	void olderGenerationFindsTheProcessThatIsActiveNow() {
		toDraining();
		receive(new Frame.Release(false));
		receive(new Frame.Redirect());
		assertThat(last(Action.Rejoin.class)).isEqualTo(new Action.Rejoin(SUCCESSOR, LINK));
		ProcessId third = new ProcessId(300, 3);
		handle(new Event.Rejoined(LINK + 1, third));
		assertThat(last(Action.MoveOver.class).link()).isEqualTo(LINK + 1);
		assertThat(last(Action.TellHeld.class))
			.isEqualTo(new Action.TellHeld(LINK + 1, "h1", 1, Role.DRAINING, DRAIN_TIMEOUT));
		handle(new Event.DrainEnded(NONE));
		assertThat(last(Action.EndLink.class).link()).isEqualTo(LINK + 1);
		assertThat(last(Action.Exit.class).code()).isNull();
	}

	@Test
	void activeProcessShowsAllOlderGenerationsAndEndsTheOldestBeyondTheLimit() {
		serve();
		join(300, 2);
		assertThat(this.actions).noneMatch(HandoffMachineTests::endsAtOnce);
		join(301, 1);
		assertThat(this.machine.draining()).extracting(HandoffStatus.Draining::generation).containsExactly(3, 2, 1);
		assertThat(this.actions).filteredOn(HandoffMachineTests::endsAtOnce)
			.containsExactly(new Action.Send(301, new Frame.Release(true)));
	}

	private static boolean endsAtOnce(Action action) {
		return action instanceof Action.Send send && send.frame() instanceof Frame.Release release && release.atOnce();
	}

	private void join(int pid, int generation) {
		handle(new Event.Received(pid, new ProcessId(pid, 1),
				new Frame.Draining("shop", "h", generation, Role.DRAINING, new HandoffStatus.Held(0, 1, 0), 1000),
				Instant.EPOCH));
	}

	@Test
	void generationThatIsToEndAtOnceCutsItsDrainShort() {
		toDraining();
		receive(new Frame.Release(true));
		assertThat(last(Action.HastenDrain.class).atOnce()).isTrue();
	}

	@Test
	void historySaysWhichPredecessorDiedBeforeItHadDrained() {
		serve();
		handle(new Event.LinkSilent(LINK));
		handle(new Event.PeerChecked(PREDECESSOR, true, false));
		assertThat(last(Action.Remember.class).handoff().message()).contains("died before it had drained");
		assertThat(this.machine.draining()).isEmpty();
	}

	// Back

	@Test
	void predecessorServesAgainAtAnOperatorsWish() {
		toOld(Phase.STANDBY);
		receive(new Frame.Revert(List.of(TestRecords.full("h9"))));
		assertThat(last(Action.Inherit.class).history()).hasSize(1);
		assertThat(last(Action.Reopen.class).successorDead()).isFalse();
		handle(new Event.GatesOpened());
		assertThat(this.actions).noneMatch(HandoffMachineTests::isServing);
		handle(new Event.PathTaken(null));
		assertThat(sent(Frame.Serving.class)).isNotNull();
		assertFailed(FailureCode.ABORTED, Stage.STANDBY);
		assertThat(this.machine.draining()).extracting(HandoffStatus.Draining::pid).containsExactly(SUCCESSOR.pid());
	}

	@Test
	void formerSuccessorMustHaveHeardOfTheRevertBeforeTheNextLaunch() {
		toOld(Phase.STANDBY);
		receive(new Frame.Revert(List.of()));
		handle(new Event.GatesOpened());
		handle(new Event.PathTaken(null));
		handle(new Event.Triggered(5, HandoffTrigger.SIGNAL, null, Instant.EPOCH));
		handle(new Event.PrechecksDone("h1", null));
		assertThat(sent(Frame.Release.class).atOnce()).isFalse();
		handle(new Event.Received(LINK, SUCCESSOR, new Frame.Released(), Instant.EPOCH));
		assertThat(this.machine.phase()).isEqualTo(Phase.VERIFYING);
	}

	private static boolean isServing(Action action) {
		return action instanceof Action.Send send && send.frame() instanceof Frame.Serving;
	}

	@Test
	void successorAcceptsUntilItsPredecessorServesAgainAndDrainsThen() {
		serve();
		handle(new Event.AbortRequested(3));
		assertThat(last(Action.Accept.class).handoffId()).isEqualTo("h0");
		assertThat(last(Action.SendRevert.class).link()).isEqualTo(LINK);
		assertThat(this.actions).noneMatch(Action.StopAccepting.class::isInstance);
		receive(new Frame.Serving());
		assertThat(last(Action.StopAccepting.class)).isNotNull();
		assertThat(this.machine.role()).isEqualTo(Role.DRAINING);
		assertThat(this.machine.mayResume()).isFalse();
		assertThat(last(Action.Remember.class).handoff().code()).isEqualTo(FailureCode.ABORTED);
	}

	@Test
	void revertThatComesTooLateChangesNothing() {
		serve();
		this.actions.clear();
		handle(new Event.AbortRequested(3));
		receive(new Frame.Bye(ByeReason.RELEASED, null, null));
		handle(new Event.PathTaken(null));
		assertThat(this.machine.phase()).isEqualTo(Phase.IDLE);
		assertThat(last(Action.BecomeActive.class)).isNotNull();
		handle(new Event.AbortRequested(4));
		assertThat(last(Action.Reject.class).request()).isEqualTo(4);
	}

	@Test
	void predecessorThatDoesNotServeAgainInTimeIsKilledAndThePathTakenBack() {
		serve();
		this.actions.clear();
		handle(new Event.AbortRequested(3));
		pass(HandoffMachine.CUTOVER_TIMEOUT);
		assertThat(last(Action.FencePeer.class)).isEqualTo(new Action.FencePeer(PREDECESSOR, false));
		receive(new Frame.Serving());
		assertThat(this.machine.role()).as("it is as good as dead").isEqualTo(Role.ACTIVE);
		handle(new Event.PeerChecked(PREDECESSOR, true, true));
		assertThat(last(Action.TakePath.class)).isNotNull();
		assertThat(this.actions).noneMatch(Action.BecomeActive.class::isInstance);
		handle(new Event.PathTaken(null));
		assertThat(this.machine.phase()).isEqualTo(Phase.IDLE);
		assertThat(last(Action.BecomeActive.class)).as("the predecessor may have said that it is the active one")
			.isNotNull();
	}

	@Test
	void successorThatCannotBeKilledAfterCutoverKeepsThePathUntilItCan() {
		toCutover();
		pass(HandoffMachine.CUTOVER_TIMEOUT);
		handle(fenced(false));
		assertThat(this.actions).noneMatch(Action.TakePath.class::isInstance);
		pass(HandoffMachine.FENCE_INTERVAL);
		assertThat(this.actions).filteredOn(Action.Fence.class::isInstance).hasSize(2);
		handle(fenced(true));
		assertThat(last(Action.TakePath.class)).isNotNull();
	}

	// Steps

	private void to(Phase phase) {
		handle(new Event.ApplicationReady());
		handle(new Event.Triggered(1, HandoffTrigger.SIGNAL, null, Instant.EPOCH));
		if (phase == Phase.PRECHECKING) {
			return;
		}
		handle(new Event.PrechecksDone("h1", null));
		if (phase == Phase.VERIFYING) {
			return;
		}
		handle(new Event.Verified("h1", null));
		handle(new Event.Launched(SUCCESSOR));
		if (phase == Phase.LAUNCHING) {
			return;
		}
		receive(new Frame.Hello(1, "shop", "h1", null));
		if (phase == Phase.SUCCESSOR_STARTING) {
			return;
		}
		receive(new Frame.Progress(Stage.WARM_UP));
		receive(new Frame.Progress(Stage.HEALTH_CHECK));
		receive(new Frame.Ready());
		assertThat(this.machine.phase()).isEqualTo(phase);
	}

	private void toDraining() {
		toCutover();
		receive(new Frame.Serving());
		handle(new Event.AcceptingStopped());
		assertThat(this.machine.phase()).isEqualTo(Phase.DRAINING);
	}

	// The ramp

	@Test
	void predecessorAcceptsLessAndLessForTheTimeOfTheRamp() {
		toRamp();
		assertThat(sent(Frame.Cutover.class).rampMillis()).isEqualTo(RAMP.toMillis());
		assertThat(last(Action.RampDown.class).over()).isEqualTo(RAMP);
		pass(RAMP.minusMillis(500));
		assertThat(this.machine.phase()).isEqualTo(Phase.RAMPING);
		assertThat(this.actions).noneMatch(Action.StopAccepting.class::isInstance);
		pass(Duration.ofMillis(500));
		assertThat(this.machine.phase()).isEqualTo(Phase.STOPPING_ACCEPT);
		assertThat(last(Action.StopAccepting.class)).isNotNull();
		handle(new Event.AcceptingStopped());
		assertThat(last(Action.TellHeld.class).left()).isEqualTo(DRAIN_TIMEOUT);
	}

	@Test
	void successorOpensItsGatesAsItsPredecessorSays() {
		succeedUntilReady();
		receive(new Frame.Cutover(RAMP.toMillis()));
		handle(new Event.PathTaken(null));
		assertThat(last(Action.OpenGates.class).ramp()).isEqualTo(RAMP);
	}

	@Test
	void successorWhosePredecessorIsDeadAcceptsAll() {
		succeedUntilReady();
		receive(new Frame.Cutover(RAMP.toMillis()));
		handle(new Event.LinkEnded(LINK, null));
		handle(new Event.PeerChecked(PREDECESSOR, true, false));
		handle(new Event.PathTaken(null));
		assertThat(last(Action.OpenGates.class).ramp()).isZero();
	}

	@Test
	void deathOfSuccessorDuringTheRampMakesPredecessorServe() {
		toRamp();
		handle(new Event.LinkEnded(LINK, null));
		pass(RAMP.multipliedBy(2));
		assertThat(this.machine.phase()).as("until it is known").isEqualTo(Phase.RAMPING);
		handle(new Event.PeerChecked(SUCCESSOR, true, false));
		assertThat(last(Action.Reopen.class).successorDead()).isTrue();
		handle(new Event.GatesOpened());
		handle(new Event.PathTaken(null));
		assertFailed(FailureCode.SUCCESSOR_EXITED, Stage.DRAIN);
		assertThat(this.actions).noneMatch(Action.StopAccepting.class::isInstance);
	}

	@Test
	void revertDuringTheRampMakesPredecessorServe() {
		toRamp();
		receive(new Frame.Revert(List.of()));
		assertThat(last(Action.Reopen.class).successorDead()).isFalse();
		handle(new Event.GatesOpened());
		handle(new Event.PathTaken(null));
		assertThat(sent(Frame.Serving.class)).isNotNull();
		assertFailed(FailureCode.ABORTED, Stage.DRAIN);
	}

	@Test
	void releaseEndsTheRamp() {
		toRamp();
		receive(new Frame.Release(false));
		assertThat(sent(Frame.Released.class)).isNotNull();
		assertThat(this.machine.phase()).isEqualTo(Phase.STOPPING_ACCEPT);
		assertThat(this.machine.mayResume()).isFalse();
	}

	@Test
	void stopEndsTheRampAndHastensTheDrain() {
		toRamp();
		handle(new Event.StopRequested());
		assertThat(sent(Frame.Released.class)).isNotNull();
		assertThat(this.machine.phase()).isEqualTo(Phase.STOPPING_ACCEPT);
		handle(new Event.AcceptingStopped());
		assertThat(last(Action.HastenDrain.class)).isNotNull();
	}

	@Test
	void stoppedSuccessorEndsTheRamp() {
		toRamp();
		receive(new Frame.Bye(ByeReason.STOPPING, null, null));
		assertThat(this.machine.phase()).isEqualTo(Phase.STOPPING_ACCEPT);
		assertThat(this.machine.mayResume()).isFalse();
	}

	@Test
	void successorThatHasHandedOverEndsTheRamp() {
		toRamp();
		receive(new Frame.Redirect());
		assertThat(last(Action.StopAccepting.class)).isNotNull();
		assertThat(last(Action.Rejoin.class).former()).isEqualTo(SUCCESSOR);
	}

	@Test
	void activeProcessIsToldWhatAPredecessorHoldsDuringTheRamp() {
		toRamp();
		pass(Duration.ofSeconds(1));
		assertThat(last(Action.TellHeld.class).left()).isEqualTo(RAMP.minusSeconds(1).plus(DRAIN_TIMEOUT));
	}

	private void toRamp() {
		this.machine = machine(RAMP);
		toCutover();
		receive(new Frame.Serving());
		assertThat(this.machine.phase()).isEqualTo(Phase.RAMPING);
		assertThat(this.machine.mayResume()).isTrue();
	}

	private void toOld(Phase phase) {
		toDraining();
		if (phase == Phase.STANDBY) {
			handle(new Event.DrainEnded(NONE));
			assertThat(this.machine.phase()).isEqualTo(Phase.STANDBY);
		}
	}

	private void serve() {
		succeedUntilReady();
		receive(new Frame.Cutover(0));
		handle(new Event.PathTaken(null));
		handle(new Event.GatesOpened());
		assertThat(this.machine.phase()).isEqualTo(Phase.IDLE);
	}

	private void toCutover() {
		to(Phase.CUTTING_OVER);
	}

	private void takeOverUntilStart() {
		if (this.machine.phase() == Phase.BOOTING) {
			handle(new Event.ApplicationReady());
		}
		receive(new Frame.Hello(1, "shop", null, null));
		handle(new Event.PrechecksDone("h1", null));
		assertThat(this.machine.phase()).isEqualTo(Phase.SUCCESSOR_STARTING);
	}

	private void succeedUntilStart() {
		handle(new Event.PredecessorFound(LINK, PREDECESSOR, "h0"));
		receive(new Frame.Offer(1, "h0", HandoffTrigger.SIGNAL, new HandoffRecord.Party(100, 3, null), List.of(), null,
				List.of(), HandoffTotals.NONE, List.of()));
		assertThat(last(Action.StartWithOffer.class)).isNotNull();
	}

	private void succeedUntil(Phase phase) {
		succeedUntilStart();
		handle(new Event.ApplicationReady());
		if (phase != Phase.WARMING_UP) {
			handle(new Event.WarmedUp(null));
		}
		if (phase != Phase.WARMING_UP && phase != Phase.CHECKING_HEALTH) {
			handle(new Event.HealthChecked(null));
			assertThat(sent(Frame.Ready.class)).isNotNull();
		}
		assertThat(this.machine.phase()).isEqualTo(phase);
	}

	private void succeedUntilReady() {
		succeedUntil(Phase.READY);
	}

	private void receive(Frame frame) {
		boolean fromSuccessor = Set.of(Phase.BOOTING, Phase.HELLO_SENT).contains(this.machine.phase())
				|| this.machine.role() == Role.SUCCEEDING || !this.machine.draining().isEmpty();
		handle(new Event.Received(LINK, fromSuccessor ? PREDECESSOR : SUCCESSOR, frame, Instant.EPOCH));
	}

	private void handle(Event event) {
		this.actions.addAll(this.machine.handle(event, this.now));
	}

	private Event fenced(boolean dead) {
		return new Event.Fenced(String.valueOf(this.machine.handoffId()), dead);
	}

	private void pass(Duration duration) {
		long end = this.now + duration.toNanos();
		while (this.now < end) {
			this.now = Math.min(end, this.now + Duration.ofMillis(250).toNanos());
			handle(new Event.Tick());
		}
	}

	private void assertFailed(FailureCode code, Stage stage) {
		HandoffRecord handoff = last(Action.Remember.class).handoff();
		assertThat(handoff.result()).isEqualTo(HandoffRecord.Result.FAILED);
		assertThat(handoff.code()).isEqualTo(code);
		assertThat(handoff.stage()).isEqualTo(stage);
		assertThat(this.machine.phase()).isEqualTo(Phase.IDLE);
		assertThat(this.machine.role()).isEqualTo(Role.ACTIVE);
	}

	private <A extends Action> A last(Class<A> type) {
		return this.actions.stream()
			.filter(type::isInstance)
			.map(type::cast)
			.reduce((first, second) -> second)
			.orElseThrow(() -> new AssertionError("No " + type.getSimpleName() + " in " + this.actions));
	}

	private <F extends Frame> F sent(Class<F> type) {
		return this.actions.stream()
			.filter(Action.Send.class::isInstance)
			.map((action) -> ((Action.Send) action).frame())
			.filter(type::isInstance)
			.map(type::cast)
			.reduce((first, second) -> second)
			.orElseThrow(() -> new AssertionError("No " + type.getSimpleName() + " in " + this.actions));
	}

}
