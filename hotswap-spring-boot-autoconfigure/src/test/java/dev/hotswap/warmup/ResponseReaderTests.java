package dev.hotswap.warmup;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link ResponseReader}.
 */
class ResponseReaderTests {

	private final Cookies cookies = new Cookies();

	private InputStream input = InputStream.nullInputStream();

	@Test
	void bodyOfAKnownLengthIsReadToItsEnd() throws IOException {
		receive("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 404 \r\ncontent-length:0\r\n\r\n");
		assertThat(read(false)).isEqualTo(new ResponseReader.Response(200, true));
		assertThat(read(false)).isEqualTo(new ResponseReader.Response(404, true));
		assertThat(this.input.read()).isEqualTo(-1);
	}

	@Test
	void chunkedBodyIsReadToItsEnd() throws IOException {
		receive("HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\nA;x=y\r\n0123456789\r\n1\r\na\r\n0\r\nT: 1\r\n\r\nX");
		assertThat(read(false)).isEqualTo(new ResponseReader.Response(200, true));
		assertThat(this.input.read()).isEqualTo('X');
	}

	@Test
	void responseToHeadHasNoBody() throws IOException {
		receive("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nX");
		assertThat(read(true)).isEqualTo(new ResponseReader.Response(200, true));
		assertThat(this.input.read()).isEqualTo('X');
	}

	@ParameterizedTest
	@ValueSource(ints = { 204, 304 })
	void statusWithoutBodyHasNone(int status) throws IOException {
		receive("HTTP/1.1 " + status + " X\r\n\r\nX");
		assertThat(read(false)).isEqualTo(new ResponseReader.Response(status, true));
		assertThat(this.input.read()).isEqualTo('X');
	}

	@Test
	void interimResponsesAreSkipped() throws IOException {
		receive("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
		assertThat(read(false).status()).isEqualTo(200);
	}

	@Test
	void cookiesAreKept() throws IOException {
		receive("HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nset-cookie:b=2\r\nContent-Length: 0\r\n\r\n");
		read(false);
		assertThat(this.cookies.header()).isEqualTo("a=1; b=2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
			"HTTP/1.1 200 OK\r\n\r\nto the end", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n" })
	void connectionThatEndsIsNotKept(String response) throws IOException {
		receive(response);
		assertThat(read(false)).isEqualTo(new ResponseReader.Response(200, false));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
			"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nab", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nab",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "SSH-2.0\r\n\r\n", "HTTP/2 200\r\n\r\n",
			"HTTP/1.1 101 X\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\nab" })
	void otherBytesFail(String response) {
		receive(response);
		assertThatIOException().isThrownBy(() -> read(false));
	}

	@Test
	void responseAfterItsDeadlineFails() {
		receive("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> new ResponseReader(this.input, this.cookies, System.nanoTime() - 1).read(false))
			.withMessageContaining("too long");
	}

	private void receive(String text) {
		this.input = new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	private ResponseReader.Response read(boolean head) throws IOException {
		return new ResponseReader(this.input, this.cookies, System.nanoTime() + TimeUnit.MINUTES.toNanos(1)).read(head);
	}

}
