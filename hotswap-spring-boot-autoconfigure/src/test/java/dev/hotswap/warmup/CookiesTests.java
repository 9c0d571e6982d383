package dev.hotswap.warmup;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Cookies}.
 */
class CookiesTests {

	private final Cookies cookies = new Cookies();

	@Test
	void cookiesAreReturnedWithoutTheirAttributes() {
		assertThat(this.cookies.header()).isEmpty();
		this.cookies.set("JSESSIONID=A1; Path=/; HttpOnly");
		this.cookies.set(" lang = de ; Max-Age=60");
		this.cookies.set("empty=");
		assertThat(this.cookies.header()).isEqualTo("JSESSIONID=A1; lang=de; empty=");
	}

	@Test
	void laterValueReplacesTheEarlierOne() {
		this.cookies.set("a=1");
		this.cookies.set("b=2");
		this.cookies.set("a=3");
		assertThat(this.cookies.header()).isEqualTo("b=2; a=3");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a=; Max-Age=0", "a=x;Path=/;max-age=00;Secure", "a=;Max-Age=-1" })
	void cookieWhoseAgeIsOverIsRemoved(String header) {
		this.cookies.set("a=1");
		this.cookies.set(header);
		assertThat(this.cookies.header()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ";", "=x", "name", "a b=1", "a=1\r2", "a=1;\rMax-Age=3" })
	void whatIsMalformedIsLeftOut(String header) {
		this.cookies.set(header);
		assertThat(this.cookies.header()).isEmpty();
	}

	@Test
	void theirLengthIsBounded() {
		this.cookies.set("a=1");
		for (int i = 0; i < 2000; i++) {
			this.cookies.set("n" + i + "=1");
		}
		this.cookies.set("b=" + "x".repeat(5000));
		this.cookies.set("a=2");
		assertThat(this.cookies.header()).hasSizeBetween(4000, 4096).contains("a=2", "n0=1");
		assertThat(this.cookies.header()).doesNotContain("b=");
	}

}
