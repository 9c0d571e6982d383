package dev.hotswap.it.example;

import dev.hotswap.WarmUp;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Fills a cache before the successor serves.
 */
@Configuration(proxyBeanMethods = false)
class PriceWarmUp {

	@Bean
	PriceCache priceCache() {
		return new PriceCache();
	}

	@Bean
	WarmUp prices(PriceCache cache) {
		return cache::load;
	}

}
