package dev.hotswap.web.netty;

import java.time.Duration;

import dev.hotswap.web.IdleConnection;
import dev.hotswap.web.OpenDescriptors;
import dev.hotswap.web.TestClient;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what connections leave behind that come and go, with Netty's leak detector
 * looking at every buffer.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class LeakTests {

	private static final int MOVES = 1000;

	private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

	@BeforeEach
	void lookAtEveryBuffer() {
		ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
	}

	@AfterEach
	void reset() {
		ResourceLeakDetector.setLevel(this.level);
	}

	@ParameterizedTest
	@EnumSource(TestTransport.class)
	void connectionThatComesAndGoesAThousandTimesLeavesNothing(TestTransport transport, CapturedOutput output)
			throws Exception {
		try (TestNettyServer server = TestNettyServer.start(transport, true)) {
			String before = outputUntilALeakOf("what ran before, " + transport, output);
			int descriptors;
			try (TestClient client = server.connect()) {
				client.get("/hello");
				server.awaitCensus(0, 0, 1);
				descriptors = OpenDescriptors.count();
				for (int i = 0; i < MOVES; i++) {
					IdleConnection connection = server.giveUpOne();
					// Arrives while nobody reads, every other time
					boolean early = i % 2 == 0;
					if (early) {
						client.request("/hello");
					}
					server.handoff().adopt(connection.descriptor(), connection.kept());
					assertThat((early ? client.read() : client.get("/hello")).body()).isEqualTo("hello");
				}
				server.awaitCensus(0, 0, 1);
				OpenDescriptors.assertThatNoneWasLeft(descriptors);
			}
			server.awaitCensus(0, 0, 0);
			assertThat(server.connections()).isEmpty();
			assertThat(server.channels()).isEmpty();
			assertThat(server.handoff().figures().adopted()).isEqualTo(MOVES);
			assertThat(server.handoff().figures().givenUp()).isEqualTo(MOVES);
			String after = outputUntilALeakOf("a test, " + transport, output);
			assertThat(after.substring(before.length())).containsOnlyOnce("LEAK: ");
		}
	}

	/**
	 * Lose a buffer and wait until Netty says so. It has said by then what else was lost
	 * before. The same loss is said only once, hence the name.
	 */
	private static String outputUntilALeakOf(String name, CapturedOutput output) {
		lose(name);
		await().atMost(Duration.ofSeconds(30)).until(() -> {
			System.gc();
			ByteBufAllocator.DEFAULT.buffer(1).release();
			return output.getAll().contains("Hint: " + name);
		});
		return output.getAll();
	}

	private static void lose(String name) {
		ByteBufAllocator.DEFAULT.buffer(1).touch(name);
	}

}
