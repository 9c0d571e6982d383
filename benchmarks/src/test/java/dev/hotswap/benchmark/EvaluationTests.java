package dev.hotswap.benchmark;

import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.LoadObserver;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Tests for {@link Evaluation}, {@link Window} and {@link Timeline}: one request each 10
 * ms, the trigger at 2 s, two windows of 1 s before it, and a cutover at 3 s.
 */
class EvaluationTests {

	private static final long PREDECESSOR = 100;

	private static final long SUCCESSOR = 101;

	private static final long TRIGGER = millis(2000);

	private static final Deployment.Story STORY = new Deployment.Story(millis(2100), null, null, null, 300, 0);

	private static final HandoffRun.Subject SUBJECT = new HandoffRun.Subject(Alternative.HOTSWAP, "tomcat", 17, "kept");

	private final RequestLog log = new RequestLog();

	@Test
	void windowsFollowEachOther() {
		answers(0, 3000, PREDECESSOR, 1);
		answers(3000, 5000, SUCCESSOR, 2);
		HandoffRun run = evaluate();
		assertThat(run.window(HandoffRun.STEADY).sent()).isEqualTo(100);
		assertThat(run.window(HandoffRun.CONTROL).sent()).isEqualTo(100);
		assertThat(run.window(HandoffRun.START).sent()).isEqualTo(100);
		assertThat(run.window(HandoffRun.START).worst()).isCloseTo(1, within(0.01));
		assertThat(run.window(HandoffRun.AFTER).sent()).isEqualTo(100);
		assertThat(run.window(HandoffRun.AFTER).p50()).isCloseTo(2, within(0.01));
		assertThat(run.window(HandoffRun.WHOLE).sent()).isEqualTo(200);
		assertThat(run.servingMillis()).isEqualTo(1000);
		assertThat(run.startMillis()).isEqualTo(700);
	}

	@Test
	void slowFirstRequestOfTheSuccessorBelongsToTheCutover() {
		answers(0, 2900, PREDECESSOR, 1);
		answer(2900, SUCCESSOR, 600);
		answers(2910, 3000, PREDECESSOR, 1);
		answers(3000, 5000, SUCCESSOR, 1);
		HandoffRun run = evaluate();
		assertThat(run.servingMillis()).isEqualTo(900);
		assertThat(run.window(HandoffRun.START).worst()).isCloseTo(1, within(0.01));
		assertThat(run.window(HandoffRun.AFTER).worst()).isCloseTo(600, within(1.0));
	}

	@Test
	void slowRequestBetweenTheCutoverAndTheFirstAnswerOfTheSuccessorBelongsToTheCutover() {
		answers(0, 2900, PREDECESSOR, 1);
		answer(2900, PREDECESSOR, 600);
		answers(2910, 3000, PREDECESSOR, 1);
		answers(3000, 5000, SUCCESSOR, 1);
		HandoffRun run = evaluate(new Deployment.Story(millis(2100), null, millis(2850), millis(2870), 300, 0));
		assertThat(run.window(HandoffRun.START).worst()).isCloseTo(1, within(0.01));
		assertThat(run.window(HandoffRun.START).seconds()).isEqualTo(0.85);
		assertThat(run.window(HandoffRun.AFTER).worst()).isCloseTo(600, within(1.0));
		assertThat(run.servingMillis()).isEqualTo(870);
		assertThat(run.startMillis()).isEqualTo(570);
	}

	@Test
	void requestThatTheSuccessorAnswersBelongsToTheCutoverThoughItWasDueBefore() {
		answers(0, 2900, PREDECESSOR, 1);
		answers(2900, 5000, SUCCESSOR, 2);
		HandoffRun run = evaluate(new Deployment.Story(millis(2100), null, millis(3000), millis(3010), 300, 0));
		assertThat(run.window(HandoffRun.START).seconds()).isEqualTo(0.9);
	}

	@Test
	void plainStartCountsFromTheLaunchUntilTheProcessSaysThatItHasStarted() {
		answers(0, 3000, PREDECESSOR, 1);
		answers(3000, 5000, SUCCESSOR, 1);
		HandoffRun run = evaluate(Deployment.Story.ofPlainStart(millis(2100), millis(2800)));
		assertThat(run.startMillis()).isEqualTo(700);
		assertThat(run.servingMillis()).isEqualTo(1000);
	}

	@Test
	void windowAfterTheCutoverLastsAsLongAsThePredecessorAnswers() {
		answers(0, 4000, PREDECESSOR, 1);
		answer(3000, SUCCESSOR, 1);
		answers(4000, 6000, SUCCESSOR, 1);
		assertThat(evaluate().window(HandoffRun.AFTER).seconds()).isCloseTo(1.99, within(0.01));
	}

	@Test
	void lossesCountWhereTheyHappened() {
		answers(0, 3000, PREDECESSOR, 1);
		this.log.failed(millis(2500), millis(2501));
		this.log.ended(millis(2501), LoadObserver.End.RESET);
		this.log.answered(millis(3100), millis(3101), new Answer(503, Map.of(), ""));
		this.log.ended(millis(3101), LoadObserver.End.ANNOUNCED);
		answers(3000, 5000, SUCCESSOR, 1);
		HandoffRun run = evaluate();
		assertThat(run.window(HandoffRun.START).failed()).isOne();
		assertThat(run.window(HandoffRun.START).resets()).isOne();
		assertThat(run.window(HandoffRun.START).notServed()).isOne();
		assertThat(run.window(HandoffRun.AFTER).non200()).isOne();
		assertThat(run.window(HandoffRun.AFTER).announced()).isOne();
		assertThat(run.window(HandoffRun.CONTROL).notServed()).isZero();
	}

	@Test
	void gapIsTheLongestTimeInWhichNeitherProcessServed() {
		answers(0, 2500, PREDECESSOR, 1);
		answers(2750, 5000, SUCCESSOR, 1);
		assertThat(evaluate().window(HandoffRun.WHOLE).gap()).isCloseTo(260, within(0.1));
		assertThat(evaluate().window(HandoffRun.STEADY).gap()).isCloseTo(10, within(0.1));
	}

	@Test
	void timelineHasASliceForEachTenthOfASecond() {
		answers(0, 3000, PREDECESSOR, 1);
		this.log.failed(millis(2550), millis(2551));
		answers(3000, 5000, SUCCESSOR, 4);
		Timeline timeline = evaluate().timeline();
		assertThat(timeline).isNotNull();
		assertThat(timeline.slices()).hasSize(40);
		assertThat(timeline.slices().get(0).second()).isEqualTo(-2);
		assertThat(timeline.slices().get(25).lost()).isOne();
		assertThat(timeline.slices().get(35).median()).isCloseTo(4, within(0.1));
		assertThat(timeline.marks()).contains(new Timeline.Mark("trigger", 0), new Timeline.Mark("launch", 0.1),
				new Timeline.Mark("cutover", 1));
	}

	private HandoffRun evaluate() {
		return evaluate(STORY);
	}

	private HandoffRun evaluate(Deployment.Story story) {
		return new Evaluation(this.log, PREDECESSOR, TRIGGER, millis(1000), story).run(SUBJECT, 1);
	}

	private void answers(long from, long to, long pid, long latency) {
		for (long due = from; due < to; due += 10) {
			answer(due, pid, latency);
		}
	}

	private void answer(long due, long pid, long latency) {
		long at = millis(due + latency);
		this.log.answered(millis(due), at,
				new Answer(200, Map.of(), "{\"version\":\"1\",\"pid\":%d,\"nanos\":%d}".formatted(pid, at)));
	}

	private static long millis(long millis) {
		return TimeUnit.MILLISECONDS.toNanos(millis);
	}

}
