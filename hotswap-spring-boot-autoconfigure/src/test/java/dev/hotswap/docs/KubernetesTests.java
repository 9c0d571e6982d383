package dev.hotswap.docs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import dev.hotswap.autoconfigure.HotswapProperties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The manifests of the documentation are well-formed and fit each other, the Dockerfile
 * and the properties. That the probes are answered is shown by an integration test.
 */
class KubernetesTests {

	private static final Path DOCS = Path.of("../docs");

	/** What remains for closing, beyond all configured times. */
	private static final Duration CLOSING = Duration.ofMinutes(1);

	private List<JsonNode> manifests = List.of();

	@BeforeEach
	void load() throws IOException {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		Iterable<Object> documents = new Yaml(new SafeConstructor(options))
			.loadAll(Files.readString(DOCS.resolve("examples/kubernetes.yaml")));
		this.manifests = StreamSupport.stream(documents.spliterator(), false)
			.map((document) -> JsonMapper.shared().<JsonNode>valueToTree(document))
			.toList();
	}

	@Test
	void manifestsAreOfKnownKinds() {
		assertThat(this.manifests)
			.extracting((manifest) -> manifest.path("apiVersion").asString() + " " + manifest.path("kind").asString())
			.containsExactly("v1 ConfigMap", "apps/v1 Deployment", "v1 Service");
		assertThat(this.manifests).extracting((manifest) -> manifest.at("/metadata/name").asString())
			.containsOnly("shop");
	}

	@Test
	void labelsPortsAndVolumesFitEachOther() {
		JsonNode labels = manifest("Deployment").at("/spec/template/metadata/labels");
		assertThat(labels).isNotEmpty().isEqualTo(manifest("Deployment").at("/spec/selector/matchLabels"));
		assertThat(manifest("Service").at("/spec/selector")).isEqualTo(labels);
		List<String> ports = strings(container().path("ports"), "name");
		assertThat(ports).containsExactly("http");
		assertThat(strings(manifest("Service").at("/spec/ports"), "targetPort")).isEqualTo(ports);
		assertThat(probes()).hasSize(3)
			.allSatisfy((probe) -> assertThat(probe.at("/httpGet/port").asString()).isEqualTo("http"));
		assertThat(strings(container().path("volumeMounts"), "name")).isEqualTo(strings(pod().path("volumes"), "name"));
		assertThat(pod().at("/volumes/0/configMap/name").asString())
			.isEqualTo(manifest("ConfigMap").at("/metadata/name").asString());
	}

	@Test
	void probesAskHealthGroups() {
		assertThat(probes()).extracting((probe) -> probe.at("/httpGet/path").asString())
			.containsExactly("/actuator/health/liveness", "/actuator/health/readiness", "/actuator/health/liveness");
	}

	@Test
	void configurationIsWhereTheApplicationLooksForItAndBinds() throws Exception {
		Map<String, String> environment = Map.of("SPRING_CONFIG_ADDITIONAL_LOCATION",
				container().at("/volumeMounts/0/mountPath").asString() + "/");
		assertThat(container().at("/env/0/name").asString()).isIn(environment.keySet());
		assertThat(container().at("/env/0/value").asString()).isIn(environment.values());
		assertThat(properties().getLiveness().getTolerance().getDuration()).isEqualTo(Duration.ofMinutes(1));
		assertThat(configuration().bind("server.port", Integer.class).get())
			.isEqualTo(container().at("/ports/0/containerPort").asInt());
	}

	@Test
	void gracePeriodCoversTheStop() throws Exception {
		JsonNode preStop = container().at("/lifecycle/preStop/exec/command");
		assertThat(preStop.path(0).asString()).isEqualTo("sleep");
		Duration phase = configuration().bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class).get();
		Duration whole = Duration.ofSeconds(preStop.path(1).asLong())
			.plus(properties().getDrain().getAnnounceDelay())
			.plus(phase)
			.plus(CLOSING);
		assertThat(pod().path("terminationGracePeriodSeconds").asLong()).isEqualTo(whole.toSeconds());
		assertThat(Files.readString(DOCS.resolve("kubernetes.md"))).contains(
				"| `preStop` | " + preStop.path(1).asString() + " s |", "the drain | " + phase.toSeconds() + " s |",
				"| `terminationGracePeriodSeconds` | " + whole.toSeconds() + " |");
	}

	@Test
	void userIsThatOfTheImage() throws Exception {
		assertThat(Files.readString(DOCS.resolve("examples/Dockerfile")))
			.contains("USER " + pod().at("/securityContext/runAsUser").asString() + "\n");
	}

	@Test
	void dockerfileIsThatOfThePage() throws Exception {
		assertThat(Markdown.of(DOCS.resolve("containers.md")).blocks("dockerfile").toString())
			.contains(Files.readString(DOCS.resolve("examples/Dockerfile")).strip());
	}

	private JsonNode manifest(String kind) {
		return this.manifests.stream()
			.filter((manifest) -> manifest.path("kind").asString().equals(kind))
			.findAny()
			.orElseThrow();
	}

	private JsonNode pod() {
		return manifest("Deployment").at("/spec/template/spec");
	}

	private JsonNode container() {
		return pod().at("/containers/0");
	}

	private List<JsonNode> probes() {
		return Stream.of("startupProbe", "readinessProbe", "livenessProbe").map(container()::path).toList();
	}

	private HotswapProperties properties() throws IOException {
		return configuration().bindOrCreate("hotswap", Bindable.of(HotswapProperties.class),
				new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
	}

	private Binder configuration() throws IOException {
		String content = Objects.requireNonNull(manifest("ConfigMap").at("/data/application.yml").asString());
		return new Binder(new YamlPropertySourceLoader()
			.load("ConfigMap", new ByteArrayResource(content.getBytes(StandardCharsets.UTF_8)))
			.stream()
			.flatMap((source) -> StreamSupport.stream(ConfigurationPropertySources.from(source).spliterator(), false))
			.toList());
	}

	private static List<String> strings(JsonNode list, String field) {
		return list.valueStream().map((element) -> element.path(field).asString()).toList();
	}

}
