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

	private static final ProcessId PREDECESSOR = new ProcessId(100, 1);

	private static final ProcessId SUCCESSOR = new ProcessId(200, 2);

	private static final int LINK = 7;

	private static final HandoffRecord.Connections NONE = new HandoffRecord.Connections(0, 0, 0, 0);

	private final HandoffMachine machine = new HandoffMachine("shop", 100, null, READY_TIMEOUT, () -> "h1", 0);

	private final List<Action> actions = new ArrayList<>();

	private long now;

	// The whole way

	@Test
	void predecessorGoesThroughAllStagesAndExits() {
		toCutover();
		receive(new Frame.Serving());
		assertThat(this.machine.role()).isEqualTo(Role.DRAINING);
		assertThat(last(Action.StopAccepting.class)).isNotNull();
		handle(new Event.AcceptingStopped());
		handle(new Event.DrainEnded(NONE));
		HandoffRecord story = last(Action.Remember.class).handoff();
		assertThat(story.result()).isEqualTo(HandoffRecord.Result.SUCCEEDED);
		assertThat(story.code()).isNull();
		assertThat(story.to()).isEqualTo(new HandoffRecord.Party(200, 2, null));
		assertThat(story.stageMillis()).containsOnlyKeys(Stage.PRECHECK, Stage.VERIFY, Stage.LAUNCH, Stage.START,
				Stage.WARM_UP, Stage.HEALTH_CHECK, Stage.CUTOVER, Stage.DRAIN);
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
		receive(new Frame.Cutover());
		assertThat(this.actions).containsExactly(new Action.TakePath());
		handle(new Event.PathTaken(null));
		assertThat(last(Action.OpenGates.class)).isNotNull();
		assertThat(this.machine.role()).isEqualTo(Role.SUCCEEDING);
		handle(new Event.GatesOpened());
		assertThat(sent(Frame.Serving.class)).isNotNull();
		assertThat(this.machine.role()).isEqualTo(Role.ACTIVE);
		assertThat(this.machine.generation()).isEqualTo(4);
		assertThat(this.machine.draining()).isEqualTo(PREDECESSOR);
	}

	@Test
	void successorKeepsStoryOfItsPredecessorWhileNextHandoffRuns() {
		succeedUntilReady();
		receive(new Frame.Cutover());
		handle(new Event.PathTaken(null));
		handle(new Event.GatesOpened());
		handle(new Event.Triggered(1, HandoffTrigger.SIGNAL, Instant.EPOCH));
		assertThat(this.machine.phase()).isEqualTo(Phase.PRECHECKING);
		HandoffRecord story = new HandoffRecord("h0", HandoffTrigger.SIGNAL, new HandoffRecord.Party(100, 3, null),
				null, Instant.EPOCH, HandoffRecord.Result.SUCCEEDED, Stage.DRAIN, null, null, null, Map.of(), NONE);
		receive(new Frame.Drained(story));
		assertThat(last(Action.Remember.class).handoff()).isEqualTo(story);
		receive(new Frame.Bye(ByeReason.RELEASED, null, null));
		handle(new Event.LinkEnded(LINK, null));
		assertThat(this.machine.draining()).isNull();
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
		handle(new Event.Verified("h1", null));
		assertThat(last(Action.SendOffer.class).trigger()).isEqualTo(HandoffTrigger.TAKEOVER);
		assertThat(this.actions).noneMatch(Action.Launch.class::isInstance);
	}

	// One at a time

	@ParameterizedTest
	@EnumSource(names = { "PRECHECKING", "VERIFYING", "LAUNCHING", "SUCCESSOR_STARTING", "CUTTING_OVER" })
	void secondTriggerAndSecondSuccessorAreRefusedWhileHandoffRuns(Phase phase) {
		to(phase);
		handle(new Event.Triggered(2, HandoffTrigger.ENDPOINT, Instant.EPOCH));
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
		handle(new Event.Triggered(1, HandoffTrigger.SIGNAL, Instant.EPOCH));
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
		handle(new Event.Fenced(1));
		assertFailed(FailureCode.SUCCESSOR_EXITED, phase.stage());
		assertThat(last(Action.Remember.class).handoff().exitStatus()).isEqualTo(1);
		assertThat(this.actions).noneMatch(Action.TakePath.class::isInstance);
	}

	@Test
	void deathOfSuccessorAfterCutoverTakesThePathBack() {
		toCutover();
		handle(new Event.LinkEnded(LINK, null));
		assertThat(last(Action.Fence.class).processes()).containsExactly(SUCCESSOR);
		assertThat(last(Action.Fence.class).grace()).isZero();
		assertThat(last(Action.Fence.class).termGrace()).isZero();
		assertThat(this.actions).noneMatch(Action.TakePath.class::isInstance);
		handle(new Event.Fenced(137));
		assertThat(last(Action.TakePath.class)).isNotNull();
		handle(new Event.PathTaken(null));
		assertFailed(FailureCode.SUCCESSOR_EXITED, Stage.CUTOVER);
	}

	@Test
	void operatorsSuccessorIsNotFencedBeforeCutoverButIsAfterIt() {
		takeOverUntilStart();
		handle(new Event.LinkSilent(LINK));
		assertThat(this.actions).noneMatch(Action.Fence.class::isInstance);
		assertFailed(FailureCode.TIMEOUT, Stage.START);

		takeOverUntilStart();
		receive(new Frame.Ready());
		handle(new Event.LinkSilent(LINK));
		assertThat(last(Action.Fence.class).processes()).containsExactly(SUCCESSOR);
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
		handle(new Event.Fenced(21));
		assertFailed(FailureCode.UNHEALTHY, Stage.START);
		assertThat(last(Action.Remember.class).handoff().message()).isEqualTo("db is DOWN");
	}

	@Test
	void frameOutOfOrderFailsWithProtocol() {
		to(Phase.SUCCESSOR_STARTING);
		receive(new Frame.Serving());
		assertThat(this.machine.phase()).isEqualTo(Phase.FENCING);
		handle(new Event.Fenced(19));
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
		handle(new Event.Fenced(17));
		assertFailed(FailureCode.ABORTED, Stage.LAUNCH);
	}

	@Test
	void abortWithoutHandoffIsRejected() {
		handle(new Event.ApplicationReady());
		handle(new Event.AbortRequested(1));
		assertThat(last(Action.Reject.class).message()).isEqualTo("No handoff runs.");
	}

	@ParameterizedTest
	@EnumSource(names = { "LAUNCHING", "SUCCESSOR_STARTING", "CUTTING_OVER" })
	void stopKillsTheLaunchedSuccessorAtOnce(Phase phase) {
		to(phase);
		handle(new Event.StopRequested());
		assertThat(last(Action.Fence.class).grace()).isZero();
		assertThat(this.actions).noneMatch(Action.Stopped.class::isInstance);
		handle(new Event.Fenced(137));
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
		handle(new Event.Triggered(3, HandoffTrigger.SIGNAL, Instant.EPOCH));
		assertThat(last(Action.Reject.class).message()).contains("is stopping");
		assertThat(this.machine.role()).isEqualTo(Role.DRAINING);
		handle(new Event.DrainEnded(new HandoffRecord.Connections(0, 0, 0, 0)));
		assertThat(last(Action.Stopped.class)).isNotNull();
		handle(new Event.StopRequested());
		assertThat(last(Action.Stopped.class)).isNotNull();
	}

	@Test
	void stopBeforeTheApplicationIsReadyIsAtOnce() {
		handle(new Event.StopRequested());
		assertThat(last(Action.Stopped.class)).isNotNull();
		assertThat(this.machine.phase()).isEqualTo(Phase.ENDING);
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
	void nextHandoffCanStartAfterAFailedOne() {
		to(Phase.SUCCESSOR_STARTING);
		handle(new Event.SuccessorExited(SUCCESSOR, 1));
		handle(new Event.Fenced(1));
		handle(new Event.Triggered(2, HandoffTrigger.SIGNAL, Instant.EPOCH));
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
		receive(new Frame.Cutover());
		handle(new Event.PathTaken(null));
		handle(new Event.GatesOpened());
		Frame.Connections connections = new Frame.Connections("server", List.of());
		receive(connections);
		assertThat(last(Action.Adopt.class)).isEqualTo(new Action.Adopt(LINK, connections));
	}

	@Test
	void connectionsOfThePredecessorAreReturnedByAProcessThatHasDrained() throws IOException {
		succeedUntilReady();
		receive(new Frame.Cutover());
		handle(new Event.PathTaken(null));
		handle(new Event.GatesOpened());
		handle(new Event.Triggered(1, HandoffTrigger.SIGNAL, Instant.EPOCH));
		handle(new Event.PrechecksDone("h1", null));
		handle(new Event.Verified("h1", null));
		handle(new Event.Launched(SUCCESSOR));
		for (Frame frame : List.of(new Frame.Hello(1, "shop", "h1", null), new Frame.Ready(), new Frame.Serving())) {
			handle(new Event.Received(LINK + 1, SUCCESSOR, frame, Instant.EPOCH));
		}
		handle(new Event.AcceptingStopped());
		handle(new Event.DrainEnded(NONE));
		assertThat(this.machine.phase()).isEqualTo(Phase.DRAINED);
		try (TestListener listener = TestListener.bind("server"); Descriptor descriptor = listener.exportListener()) {
			Frame.Connections connections = connection(descriptor);
			handle(new Event.Received(LINK, PREDECESSOR, connections, Instant.EPOCH));
			assertThat(last(Action.Discard.class).frame()).isEqualTo(connections);
			assertThat(sent(Frame.Answered.class)).isEqualTo(new Frame.Answered(List.of(), List.of(7L)));
		}
	}

	/**
	 * The predecessor, whose link has ended, takes them back once this process is dead.
	 */
	@Test
	void connectionsOfThePredecessorAreDiscardedByAProcessThatIsStopping() throws IOException {
		succeedUntilReady();
		receive(new Frame.Cutover());
		handle(new Event.PathTaken(null));
		handle(new Event.GatesOpened());
		handle(new Event.StopRequested());
		assertThat(last(Action.EndLink.class).reason()).isEqualTo(ByeReason.STOPPING);
		try (TestListener listener = TestListener.bind("server"); Descriptor descriptor = listener.exportListener()) {
			Frame.Connections connections = connection(descriptor);
			handle(new Event.Received(LINK, PREDECESSOR, connections, Instant.EPOCH));
			assertThat(last(Action.Discard.class).frame()).isEqualTo(connections);
			assertThat(this.actions).noneMatch(Action.Adopt.class::isInstance);
		}
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
	void drainLearnsWhenTheSuccessorIsLost() {
		toCutover();
		receive(new Frame.Serving());
		handle(new Event.AcceptingStopped());
		assertThat(last(Action.Drain.class).link()).isEqualTo(LINK);
		receive(new Frame.Answered(List.of(1L), List.of()));
		assertThat(last(Action.NoteAnswer.class).answer().adopted()).containsExactly(1L);
		handle(new Event.LinkEnded(LINK, null));
		assertThat(last(Action.SuccessorLost.class).successor()).isEqualTo(SUCCESSOR);
	}

	@Test
	void nothingMovesToASuccessorThatWasLostBeforeTheDrain() {
		toCutover();
		receive(new Frame.Serving());
		handle(new Event.LinkEnded(LINK, null));
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
		handle(new Event.Fenced(16));
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
		assertThat(last(Action.CheckPredecessor.class).predecessor()).isEqualTo(PREDECESSOR);
		handle(new Event.PredecessorChecked(true));
		assertThat(last(Action.StartFresh.class)).isNotNull();
		handle(new Event.ApplicationReady());
		assertThat(this.machine.role()).isEqualTo(Role.ACTIVE);
		assertThat(this.machine.generation()).isEqualTo(1);
	}

	@Test
	void predecessorsDeathInStartOpensGatesOnlyWhenApplicationIsReady() {
		succeedUntilStart();
		handle(new Event.LinkEnded(LINK, null));
		handle(new Event.PredecessorChecked(true));
		assertThat(this.actions).noneMatch(Action.TakePath.class::isInstance);
		handle(new Event.ApplicationReady());
		assertThat(last(Action.TakePath.class)).isNotNull();
		handle(new Event.PathTaken(null));
		handle(new Event.GatesOpened());
		assertThat(this.machine.role()).isEqualTo(Role.ACTIVE);
		assertThat(this.machine.draining()).isNull();
	}

	@ParameterizedTest
	@EnumSource(names = { "WARMING_UP", "CHECKING_HEALTH", "READY" })
	void predecessorsDeathAfterApplicationIsReadyOpensGatesAtOnce(Phase phase) {
		succeedUntil(phase);
		handle(new Event.LinkEnded(LINK, null));
		handle(new Event.PredecessorChecked(true));
		assertThat(last(Action.TakePath.class)).isNotNull();
		handle(new Event.HealthChecked("late"));
		handle(new Event.PathTaken("unwritable"));
		assertThat(last(Action.OpenGates.class)).isNotNull();
	}

	@Test
	void lossOfTheConnectionWhilePredecessorLivesGivesUpAndFencesNobody() {
		succeedUntilReady();
		handle(new Event.LinkEnded(LINK, null));
		handle(new Event.PredecessorChecked(false));
		assertThat(last(Action.Exit.class).code()).isEqualTo(FailureCode.PREDECESSOR_UNREACHABLE);
		assertThat(this.actions).noneMatch(Action.FencePredecessor.class::isInstance);
	}

	@Test
	void silentPredecessorIsFencedAndThenSucceeded() {
		succeedUntilReady();
		handle(new Event.LinkSilent(LINK));
		assertThat(last(Action.FencePredecessor.class).predecessor()).isEqualTo(PREDECESSOR);
		assertThat(this.actions).noneMatch(Action.TakePath.class::isInstance);
		handle(new Event.PredecessorChecked(true));
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
	void successorThatNeverBecomesHealthyTellsAndExits() {
		succeedUntil(Phase.CHECKING_HEALTH);
		handle(new Event.HealthChecked("db is DOWN"));
		assertThat(last(Action.EndLink.class).code()).isEqualTo(FailureCode.UNHEALTHY);
		assertThat(last(Action.Exit.class).code()).isEqualTo(FailureCode.UNHEALTHY);
	}

	@Test
	void predecessorDrainsWhateverBecomesOfItsSuccessorAfterServing() {
		toCutover();
		receive(new Frame.Serving());
		handle(new Event.LinkEnded(LINK, null));
		handle(new Event.SuccessorExited(SUCCESSOR, 137));
		handle(new Event.AcceptingStopped());
		handle(new Event.DrainEnded(NONE));
		assertThat(last(Action.Exit.class).code()).isNull();
	}

	// Steps

	private void to(Phase phase) {
		handle(new Event.ApplicationReady());
		handle(new Event.Triggered(1, HandoffTrigger.SIGNAL, Instant.EPOCH));
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

	private void toCutover() {
		to(Phase.CUTTING_OVER);
	}

	private void takeOverUntilStart() {
		if (this.machine.phase() == Phase.BOOTING) {
			handle(new Event.ApplicationReady());
		}
		receive(new Frame.Hello(1, "shop", null, null));
		handle(new Event.PrechecksDone("h1", null));
		handle(new Event.Verified("h1", null));
		assertThat(this.machine.phase()).isEqualTo(Phase.SUCCESSOR_STARTING);
	}

	private void succeedUntilStart() {
		handle(new Event.PredecessorFound(LINK, PREDECESSOR, "h0"));
		receive(new Frame.Offer(1, "h0", HandoffTrigger.SIGNAL, new HandoffRecord.Party(100, 3, null), List.of(), null,
				List.of()));
		assertThat(last(Action.StartWithOffer.class)).isNotNull();
	}

	private void succeedUntil(Phase phase) {
		succeedUntilStart();
		handle(new Event.ApplicationReady());
		if (phase != Phase.WARMING_UP) {
			handle(new Event.WarmedUp());
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
				|| this.machine.role() == Role.SUCCEEDING || this.machine.draining() != null;
		handle(new Event.Received(LINK, fromSuccessor ? PREDECESSOR : SUCCESSOR, frame, Instant.EPOCH));
	}

	private void handle(Event event) {
		this.actions.addAll(this.machine.handle(event, this.now));
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
