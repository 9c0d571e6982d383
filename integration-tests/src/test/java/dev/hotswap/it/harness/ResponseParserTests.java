package dev.hotswap.it.harness;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ResponseParser}.
 */
class ResponseParserTests {

	private final ResponseParser parser = new ResponseParser();

	@Test
	void takesBodyOfGivenLengthByteByByte() throws Exception {
		String response = "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello";
		for (int i = 0; i < response.length() - 1; i++) {
			assertThat(feed(response.substring(i, i + 1))).isFalse();
		}
		assertThat(feed("o")).isTrue();
		assertThat(this.parser.answer().status()).isEqualTo(200);
		assertThat(this.parser.answer().body()).isEqualTo("hello");
		assertThat(this.parser.announcesClose()).isFalse();
	}

	@Test
	void takesChunksByteByByte() throws Exception {
		String response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n";
		for (int i = 0; i < response.length() - 1; i++) {
			assertThat(feed(response.substring(i, i + 1))).isFalse();
		}
		assertThat(feed("\n")).isTrue();
		assertThat(this.parser.answer().body()).isEqualTo("hello!");
	}

	@Test
	void goesOnAfterInterimResponse() throws Exception {
		assertThat(feed("HTTP/1.1 100 \r\n\r\nHTTP/1.1 404 \r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
			.isTrue();
		assertThat(this.parser.answer().status()).isEqualTo(404);
		assertThat(this.parser.announcesClose()).isTrue();
	}

	@Test
	void endsBodyWithoutLengthAtTheConnectionsEnd() throws Exception {
		assertThat(feed("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")).isFalse();
		assertThat(this.parser.feedEnd()).isTrue();
		assertThat(this.parser.answer().body()).isEqualTo("hello");
	}

	@Test
	void isIncompleteWhenTheConnectionEndsInTheBody() throws Exception {
		assertThat(feed("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello")).isFalse();
		assertThat(this.parser.feedEnd()).isFalse();
	}

	@Test
	void refusesWhatFollowsTheResponse() {
		assertThatExceptionOfType(ProtocolException.class)
			.isThrownBy(() -> feed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 503 \r\n"))
			.withMessageContaining("after the response");
	}

	private boolean feed(String text) throws ProtocolException {
		return this.parser.feed(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
	}

}
