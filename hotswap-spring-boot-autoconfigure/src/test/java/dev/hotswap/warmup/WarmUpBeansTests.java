package dev.hotswap.warmup;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.hotswap.WarmUp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WarmUpBeans}.
 */
@Timeout(60)
class WarmUpBeansTests {

	private final Map<String, WarmUp> beans = new LinkedHashMap<>();

	private final List<String> called = new CopyOnWriteArrayList<>();

	@Test
	void beansAreCalledInTheirOrder() {
		this.beans.put("b", () -> this.called.add("b"));
		this.beans.put("a", () -> this.called.add("a"));
		assertThat(call(Duration.ofSeconds(30))).isEmpty();
		assertThat(this.called).containsExactly("b", "a");
	}

	@Test
	void beanThatThrowsIsNamedAndTheNextIsCalled() {
		this.beans.put("broken", () -> {
			throw new IllegalStateException("no cache");
		});
		this.beans.put("erroneous", () -> {
			throw new NoClassDefFoundError("x");
		});
		this.beans.put("sound", () -> this.called.add("sound"));
		assertThat(call(Duration.ofSeconds(30))).containsExactly(
				"the bean 'broken' failed: java.lang.IllegalStateException: no cache",
				"the bean 'erroneous' failed: java.lang.NoClassDefFoundError: x");
		assertThat(this.called).containsExactly("sound");
	}

	@Test
	void beanThatHangsIsNamedAndInterruptedAndTheNextIsCalled() throws Exception {
		CountDownLatch interrupted = new CountDownLatch(1);
		this.beans.put("hanging", () -> {
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				interrupted.countDown();
			}
		});
		this.beans.put("sound", () -> this.called.add("sound"));
		assertThat(call(Duration.ofMillis(100))).containsExactly("the bean 'hanging' took longer than 100 ms");
		assertThat(this.called).containsExactly("sound");
		assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void progressIsToldWhileABeanRuns() {
		AtomicInteger progress = new AtomicInteger();
		CountDownLatch told = new CountDownLatch(1);
		this.beans.put("slow", told::await);
		new WarmUpBeans(Duration.ofSeconds(30), Thread::new).call(this.beans, () -> {
			progress.incrementAndGet();
			told.countDown();
		});
		assertThat(progress).hasValueGreaterThanOrEqualTo(1);
	}

	@Test
	void beanForWhichThereIsNoThreadIsNamedAndTheNextIsCalled() {
		this.beans.put("unlucky", () -> this.called.add("unlucky"));
		this.beans.put("sound", () -> this.called.add("sound"));
		AtomicInteger threads = new AtomicInteger();
		List<String> failures = new WarmUpBeans(Duration.ofSeconds(30),
				(task) -> (threads.getAndIncrement() > 0) ? new Thread(task) : new Thread(task) {

					@Override
					public void start() {
						throw new OutOfMemoryError("unable to create native thread");
					}

				})
			.call(this.beans, () -> {
			});
		assertThat(failures).singleElement().asString().contains("'unlucky' could not be called", "native thread");
		assertThat(this.called).containsExactly("sound");
	}

	private List<String> call(Duration limit) {
		return new WarmUpBeans(limit, Thread::new).call(this.beans, () -> {
		});
	}

}
