package dev.hotswap.handoff;

import java.io.IOException;
import java.time.Duration;

import dev.hotswap.web.HandoffConnectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LongLivedEnd}.
 */
class LongLivedEndTests {

	/** Close to where {@link System#nanoTime()} may overflow. */
	private static final long START = Long.MAX_VALUE - Duration.ofSeconds(2).toNanos();

	private final HandoffConnectors connectors = new HandoffConnectors(true);

	private TestListener first;

	private TestListener second;

	@BeforeEach
	void register() throws IOException {
		this.first = TestListener.bind("first");
		this.second = TestListener.bind("second");
		this.connectors.register(this.first);
		this.connectors.register(this.second);
	}

	@AfterEach
	void close() throws IOException {
		this.first.close();
		this.second.close();
	}

	@Test
	void endsEvenlyOverTheTimeAndOverAllConnectors() {
		this.first.longLived = 30;
		this.second.longLived = 70;
		LongLivedEnd end = end(Duration.ofSeconds(10));
		end.look(at(0));
		assertThat(open()).isEqualTo(100);
		end.look(at(1000));
		assertThat(open()).isEqualTo(90);
		end.look(at(5000));
		assertThat(open()).isEqualTo(50);
		assertThat(this.first.longLived).isZero();
		end.look(at(10_000));
		assertThat(open()).isZero();
		assertThat(end.ended()).isEqualTo(100);
	}

	@Test
	void whatBeginsLaterEndsByTheSameTime() {
		this.first.longLived = 10;
		LongLivedEnd end = end(Duration.ofSeconds(10));
		end.look(at(5000));
		assertThat(open()).isEqualTo(5);
		this.second.longLived = 10;
		end.look(at(7500));
		assertThat(end.ended()).isEqualTo(15);
		end.look(at(10_000));
		assertThat(open()).isZero();
		this.first.longLived = 3;
		end.look(at(20_000));
		assertThat(open()).isZero();
	}

	@Test
	void endsNothingBeforeItsStart() {
		this.first.longLived = 1;
		LongLivedEnd end = end(Duration.ZERO);
		end.look(at(-1000));
		assertThat(open()).isOne();
		end.look(at(0));
		assertThat(open()).isZero();
	}

	private LongLivedEnd end(Duration spread) {
		return new LongLivedEnd(this.connectors, START, spread);
	}

	private int open() {
		return this.first.longLived + this.second.longLived;
	}

	private static long at(long millis) {
		return START + Duration.ofMillis(millis).toNanos();
	}

}
