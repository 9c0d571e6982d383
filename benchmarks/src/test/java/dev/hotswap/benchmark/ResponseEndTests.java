package dev.hotswap.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import dev.hotswap.benchmark.ClosedLoopConnection.ResponseEnd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link ResponseEnd}.
 */
class ResponseEndTests {

	@ParameterizedTest
	@ValueSource(strings = { "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello",
			"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
			"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" })
	void responseIsCompleteWithItsLastByteAndNotBefore(String text) throws IOException {
		ResponseEnd response = new ResponseEnd();
		for (int i = 0; i < text.length() - 1; i++) {
			add(response, text.substring(i, i + 1));
			assertThat(response.isComplete()).as("after %d bytes", i + 1).isFalse();
		}
		add(response, text.substring(text.length() - 1));
		assertThat(response.isComplete()).isTrue();
		response.reset();
		assertThat(response.isComplete()).isFalse();
	}

	@Test
	void anotherStatusIsAFailure() throws IOException {
		ResponseEnd response = new ResponseEnd();
		add(response, "HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n");
		assertThatIOException().isThrownBy(response::isComplete).withMessageContaining("503");
	}

	private static void add(ResponseEnd response, String text) throws IOException {
		response.add(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
	}

}
