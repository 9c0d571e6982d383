package dev.hotswap.it.harness;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A response.
 *
 * @param status the status code
 * @param headers the headers, with names in lower case
 * @param body the body as text
 */
public record Answer(int status, Map<String, String> headers, String body) {

	private static final Pattern PID = Pattern.compile("\"pid\":(\\d+)");

	private static final Pattern VERSION = Pattern.compile("\"version\":\"([^\"]*)\"");

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	public JsonNode json() {
		return MAPPER.readTree(this.body);
	}

	/**
	 * The process that gave this answer.
	 * @return the process id, or 0 when the answer does not say
	 */
	public long pid() {
		Matcher matcher = PID.matcher(this.body);
		return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
	}

	/**
	 * The version of the application that gave this answer.
	 * @return the version, empty when the answer does not say
	 */
	public String version() {
		Matcher matcher = VERSION.matcher(this.body);
		return matcher.find() ? matcher.group(1) : "";
	}

}
