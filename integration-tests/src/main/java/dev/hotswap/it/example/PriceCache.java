package dev.hotswap.it.example;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Something that is empty in a process that has just started.
 */
class PriceCache {

	private final Map<String, Integer> prices = new ConcurrentHashMap<>();

	void load() {
		this.prices.put("teapot", 1200);
	}

	int size() {
		return this.prices.size();
	}

}
