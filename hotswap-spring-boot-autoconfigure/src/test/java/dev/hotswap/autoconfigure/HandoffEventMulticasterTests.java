package dev.hotswap.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import dev.hotswap.HandoffRoleEvent;
import dev.hotswap.Role;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HandoffEventMulticaster}.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class HandoffEventMulticasterTests {

	private static final List<String> calls = new CopyOnWriteArrayList<>();

	private static final CountDownLatch never = new CountDownLatch(1);

	private AnnotationConfigApplicationContext context;

	@AfterEach
	void close() {
		this.context.close();
		calls.clear();
	}

	@Test
	void listenersAreCalledInTheirOrder() {
		publish(Listeners.class);
		assertThat(calls).containsExactly("first ACTIVE", "second ACTIVE");
	}

	@Test
	void listenerThatThrowsIsReportedByNameAndStopsNoOther(CapturedOutput output) {
		publish(Listeners.class, Throwing.class);
		assertThat(calls).containsExactly("first ACTIVE", "throwing", "second ACTIVE");
		assertThat(output).contains("Throwing.fail(").contains("no scheduler");
	}

	@Test
	void listenerThatHangsIsReportedByNameAndStopsNoOther(CapturedOutput output) {
		publish(Listeners.class, Hanging.class);
		assertThat(calls).containsExactly("first ACTIVE", "hanging", "second ACTIVE");
		assertThat(output).contains("Hanging.hang(").contains("still handles HandoffRoleEvent");
	}

	@Test
	void listenerThatIsCreatedLazilyIsCalled() {
		publish(LazyListener.class);
		assertThat(calls).containsExactly("lazy");
	}

	private void publish(Class<?>... classes) {
		this.context = new AnnotationConfigApplicationContext(classes);
		new HandoffEventMulticaster(this.context, Duration.ofMillis(300))
			.multicastEvent(new HandoffRoleEvent(this, Role.ACTIVE));
	}

	static class Listeners {

		@EventListener
		@Order(3)
		void second(HandoffRoleEvent event) {
			calls.add("second " + event.getRole());
		}

		@EventListener
		@Order(1)
		void first(HandoffRoleEvent event) {
			calls.add("first " + event.getRole());
		}

	}

	static class Throwing {

		@EventListener
		@Order(2)
		void fail(HandoffRoleEvent event) {
			calls.add("throwing");
			throw new IllegalStateException("no scheduler");
		}

	}

	static class Hanging {

		@EventListener
		@Order(2)
		void hang(HandoffRoleEvent event) throws InterruptedException {
			calls.add("hanging");
			never.await();
		}

	}

	@Lazy
	static class LazyListener implements ApplicationListener<HandoffRoleEvent> {

		@Override
		public void onApplicationEvent(HandoffRoleEvent event) {
			calls.add("lazy");
		}

	}

}
