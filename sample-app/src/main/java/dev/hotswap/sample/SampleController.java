package dev.hotswap.sample;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.InputStreamResource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Answers quickly, slowly, and to a long body. Each answer names the version and the
 * process that gave it, so that one sees who is who while one process hands over to
 * another.
 */
@RestController
class SampleController {

	private static final Duration LONGEST = Duration.ofMinutes(5);

	private final String version;

	private final long pid = ProcessHandle.current().pid();

	SampleController(@Value("${sample.version}") String version) {
		this.version = version;
	}

	@GetMapping("/hello")
	Greeting hello() {
		return new Greeting("Hello", this.version, this.pid);
	}

	/** Holds no thread, of which Netty has but a few. */
	@GetMapping("/slow")
	CompletableFuture<Greeting> slow(@RequestParam(defaultValue = "5") long seconds) {
		long delay = Math.min(Math.max(seconds, 0), LONGEST.toSeconds());
		return CompletableFuture.supplyAsync(
				() -> new Greeting("Hello, after " + seconds + " s", this.version, this.pid),
				CompletableFuture.delayedExecutor(delay, TimeUnit.SECONDS));
	}

	@PostMapping("/upload")
	Upload upload(@RequestBody InputStreamResource body) throws IOException {
		try (InputStream input = body.getInputStream()) {
			long bytes = input.transferTo(OutputStream.nullOutputStream());
			return new Upload(bytes, this.version, this.pid);
		}
	}

	record Greeting(String message, String version, long pid) {
	}

	record Upload(long bytes, String version, long pid) {
	}

}
