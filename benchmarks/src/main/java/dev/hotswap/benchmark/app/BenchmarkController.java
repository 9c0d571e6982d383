package dev.hotswap.benchmark.app;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * A quick request, and what an operator does before a stop.
 */
@RestController
class BenchmarkController {

	private final ApplicationContext context;

	private final long pid = ProcessHandle.current().pid();

	BenchmarkController(ApplicationContext context) {
		this.context = context;
	}

	@GetMapping("/hello")
	Hello hello() {
		return new Hello("1", this.pid, System.nanoTime());
	}

	/**
	 * Readiness refuses from now on, so that a load balancer sends nothing more.
	 */
	@PostMapping("/leave")
	void leave() {
		AvailabilityChangeEvent.publish(this.context, ReadinessState.REFUSING_TRAFFIC);
	}

	/**
	 * An answer.
	 *
	 * @param version of the application
	 * @param pid who answered
	 * @param nanos when, on the kernel's monotonic clock (HotSpot's
	 * {@link System#nanoTime()} on Linux), which all processes share
	 */
	record Hello(String version, long pid, long nanos) {
	}

}
