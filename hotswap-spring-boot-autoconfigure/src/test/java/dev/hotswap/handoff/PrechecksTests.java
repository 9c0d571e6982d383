package dev.hotswap.handoff;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import dev.hotswap.HandoffPrecheck;
import dev.hotswap.HandoffTrigger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Prechecks}.
 */
@Timeout(30)
class PrechecksTests {

	private static final Duration LONG = Duration.ofMinutes(1);

	private final Map<String, HandoffPrecheck> beans = new LinkedHashMap<>();

	private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

	@Test
	void allAreAskedOursLast() {
		this.beans.put("b", agreeing("b"));
		this.beans.put("a", agreeing("a"));
		assertThat(refusal(agreeing("ours"), LONG)).isNull();
		assertThat(this.asked).containsExactly("b", "a", "ours");
	}

	@Test
	void withoutAnApplicationOnlyOursIsAsked() {
		assertThat(new Prechecks(Map.of("unownedListeners", () -> "No."), LONG).refusal(HandoffTrigger.SIGNAL))
			.isEqualTo("No.");
		assertThat(new Prechecks(Map.of("unownedListeners", () -> null), LONG).refusal(HandoffTrigger.SIGNAL)).isNull();
	}

	@Test
	void firstRefusalEndsTheRound() {
		this.beans.put("a", agreeing("a"));
		this.beans.put("b", () -> "The nightly batch runs until 4:00.");
		this.beans.put("c", agreeing("c"));
		assertThat(refusal(agreeing("ours"), LONG)).isEqualTo("The nightly batch runs until 4:00.");
		assertThat(this.asked).containsExactly("a");
	}

	@Test
	void beanCannotReplaceOurs() {
		this.beans.put("unownedListeners", agreeing("bean"));
		assertThat(refusal(() -> "This process listens elsewhere.", LONG)).isEqualTo("This process listens elsewhere.");
	}

	@Test
	void oneThatThrowsRefusesByItsName() {
		this.beans.put("ledger", () -> {
			throw new java.io.IOException("no disk");
		});
		assertThat(refusal(agreeing("ours"), LONG)).contains("'ledger'").contains("no disk");
	}

	@Test
	void oneThatFailsToLinkRefusesByItsName() {
		this.beans.put("ledger", () -> {
			throw new NoClassDefFoundError("Gone");
		});
		assertThat(refusal(agreeing("ours"), LONG)).contains("'ledger'").contains("Gone");
	}

	@Test
	void oneThatHangsRefusesByItsNameAndIsInterrupted() throws InterruptedException {
		CountDownLatch interrupted = new CountDownLatch(1);
		this.beans.put("ledger", () -> {
			try {
				new CountDownLatch(1).await();
				return null;
			}
			catch (InterruptedException ex) {
				interrupted.countDown();
				throw ex;
			}
		});
		assertThat(refusal(() -> null, Duration.ofMillis(200))).contains("'ledger'").contains("200 ms");
		interrupted.await();
	}

	@Test
	void beansThatCannotBeMadeRefuse() {
		Prechecks prechecks = new Prechecks(Map.of("unownedListeners", () -> null), LONG);
		prechecks.attach(new TestApplication(() -> {
			throw new IllegalStateException("no such bean");
		}));
		assertThat(prechecks.refusal(HandoffTrigger.SIGNAL)).contains("no such bean");
	}

	private String refusal(HandoffPrecheck ours, Duration limit) {
		Prechecks prechecks = new Prechecks(Map.of("unownedListeners", ours), limit);
		prechecks.attach(new TestApplication(() -> this.beans));
		return prechecks.refusal(HandoffTrigger.SIGNAL);
	}

	private HandoffPrecheck agreeing(String name) {
		return () -> {
			this.asked.add(name);
			return null;
		};
	}

}
