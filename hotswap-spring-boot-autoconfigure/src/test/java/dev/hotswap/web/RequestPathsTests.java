package dev.hotswap.web;

import java.util.Base64;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RequestPaths}.
 */
class RequestPathsTests {

	@ParameterizedTest
	@ValueSource(strings = { "/", "/administration/configuration", "/getCustomerOrders", "/CustomerOrderHistory",
			"/addToCartAndPay", "/getAllByUserId", "/open-customer-orders", "/Open-Customer-Orders",
			"/customer_order_history", "/.well-known/change-password", "/styles.component.css", "/exportPDF",
			"/orders/123456789012", "/s/Ab3dE9xQ", "/verify/123456", "/internationalisation-of-applications" })
	void namesAndShortIdentifiersAreHarmless(String path) {
		assertThat(RequestPaths.isHarmless(path)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/reset/vKqXmTzRbWnYcLpHdJsFgA", "/reset/QwErTyUiOpAsDfGh", "/reset/kdfRTplmzqwxcvbn",
			"/reset/kDfRtPlMzQwXcVbNhJ", "/reset/vKqX-mTzR_bWnYcLpHdJsF", "/JBSWYDPEHPKPXPJB",
			"/reset/aBcDeFgHiJkLmNoPqRsTuV", "/a/vKqXmTzRbWnYcLpHdJsFgA/b", "/cards/4111111111111111",
			"/orders/1234567890123", "/orders/550e8400-e29b-41d4-a716-446655440000", "/Ab3dE9xQAb3dE",
			"/administrationOfConfigurationOfApplications" })
	void whatLooksLikeATokenIsNot(String path) {
		assertThat(RequestPaths.isHarmless(path)).isFalse();
	}

	/** Of this many, 24,000 have no digit. */
	@Test
	void randomTokensAreFoundOut() {
		Random random = new Random(6);
		byte[] bytes = new byte[16];
		int harmless = 0;
		for (int i = 0; i < 1_000_000; i++) {
			random.nextBytes(bytes);
			String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
			harmless += RequestPaths.isHarmless("/" + token) ? 1 : 0;
		}
		assertThat(harmless).isLessThan(500);
	}

}
