package dev.hotswap.handoff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.hotswap.web.RecordedRequest;

/**
 * Recorded requests as fields of a message.
 */
final class RequestFields {

	/** More are not read, whoever sends them. */
	private static final int LIMIT = 64;

	private RequestFields() {
	}

	static Map<String, String> write(List<RecordedRequest> requests) {
		Map<String, String> fields = new LinkedHashMap<>();
		for (int i = 0; i < requests.size(); i++) {
			RecordedRequest request = requests.get(i);
			String prefix = "request." + i + ".";
			fields.put(prefix + "connector", request.connector());
			fields.put(prefix + "method", request.method());
			fields.put(prefix + "path", request.path());
			fields.put(prefix + "weight", String.valueOf(request.weight()));
			request.headers().forEach((name, value) -> fields.put(prefix + "header." + name, value));
		}
		return fields;
	}

	/**
	 * Read requests, leaving out what this release would not have recorded.
	 */
	static List<RecordedRequest> read(Map<String, String> fields) {
		List<RecordedRequest> requests = new ArrayList<>();
		for (int i = 0; i < LIMIT && fields.containsKey("request." + i + ".path"); i++) {
			try {
				requests.add(readOne(fields, "request." + i + "."));
			}
			catch (IllegalArgumentException ex) {
				// Another release's idea of a request: of no use here, not wrong
				continue;
			}
		}
		return requests;
	}

	private static RecordedRequest readOne(Map<String, String> fields, String prefix) {
		Map<String, String> headers = new HashMap<>();
		for (String name : RecordedRequest.HEADERS) {
			String value = fields.get(prefix + "header." + name);
			if (value != null) {
				headers.put(name, value);
			}
		}
		return new RecordedRequest(require(fields, prefix + "connector"), require(fields, prefix + "method"),
				require(fields, prefix + "path"), headers, Integer.parseInt(require(fields, prefix + "weight")));
	}

	private static String require(Map<String, String> fields, String name) {
		String value = fields.get(name);
		if (value == null) {
			throw new IllegalArgumentException("No " + name);
		}
		return value;
	}

}
