package dev.hotswap.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.context.ApplicationContext;

/**
 * Beans by their names, in their order, which may stand on the method that makes them.
 */
final class OrderedBeans {

	private OrderedBeans() {
	}

	static <B> Map<String, B> of(ApplicationContext context, Class<B> type) {
		Map<String, B> named = context.getBeansOfType(type);
		Map<String, B> ordered = new LinkedHashMap<>();
		context.getBeanProvider(type)
			.orderedStream()
			.forEach((bean) -> named.entrySet()
				.stream()
				.filter((each) -> each.getValue() == bean)
				.forEach((each) -> ordered.put(each.getKey(), bean)));
		return ordered;
	}

}
