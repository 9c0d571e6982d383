package dev.hotswap.handoff;

import java.nio.file.Path;

import dev.hotswap.process.ProcessId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LaunchMarker}.
 */
@ExtendWith(OutputCaptureExtension.class)
class LaunchMarkerTests {

	@Test
	void whatIsWrittenIsRead() {
		LaunchMarker marker = new LaunchMarker("1a2b3c4d", new ProcessId(4711, 123456), Path.of("/tmp/a;b/x.sock"));
		assertThat(LaunchMarker.of(marker.toString())).contains(marker);
	}

	@Test
	void processThatNobodyLaunchedHasNone(CapturedOutput output) {
		assertThat(LaunchMarker.of(null)).isEmpty();
		assertThat(output).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "h1", "h1;1@2", "h1;;/tmp/x.sock", "h1;1;/tmp/x.sock", "h1;x@y;/tmp/x.sock",
			";1@2;/tmp/x.sock", "h1;1@2;", "h1;1@2;x.sock" })
	void malformedMarkerIsIgnoredWithAWarning(String value, CapturedOutput output) {
		assertThat(LaunchMarker.of(value)).isEmpty();
		assertThat(output).contains(LaunchMarker.VARIABLE + " is malformed");
	}

}
