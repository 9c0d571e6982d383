package dev.hotswap.warmup;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link WarmUpRequest}.
 */
class WarmUpRequestTests {

	@ParameterizedTest
	@CsvSource({ "/, GET, /", "/quote?size=3&x=%20, GET, /quote?size=3&x=%20", "GET /x, GET, /x",
			"HEAD   /report, HEAD, /report", "' /x ', GET, /x" })
	void pathMayHaveAMethodAndAQuery(String text, String method, String target) {
		WarmUpRequest request = WarmUpRequest.parse(text);
		assertThat(request.method()).isEqualTo(method);
		assertThat(request.target()).isEqualTo(target);
		assertThat(request.connector()).isEqualTo("server");
		assertThat(request.recorded()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "x", "POST /x", "get /x", "GET", "GET x", "/a b", "/a#b", "http://shop/x",
			"/x HTTP/1.1", "/caf\u00e9" })
	void otherTextIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> WarmUpRequest.parse(text))
			.withMessageContaining("'" + text + "'")
			.withMessageContaining("as in '/quote?size=3'");
	}

	@Test
	void lineBreakIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> WarmUpRequest.parse("/x\r\nCookie: y"));
	}

}
