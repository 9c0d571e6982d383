package dev.hotswap.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

import dev.hotswap.ConnectionListener;
import dev.hotswap.Handoff;
import dev.hotswap.HandoffStatus;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.actuate.HotswapEndpoint;
import dev.hotswap.actuate.HotswapHealthEndpointGroupsPostProcessor;
import dev.hotswap.actuate.HotswapHealthIndicator;
import dev.hotswap.actuate.Readiness;
import dev.hotswap.actuate.ReleaseListing;
import dev.hotswap.handoff.HandoffEngine;
import dev.hotswap.handoff.HandoffSettings;
import dev.hotswap.process.ChildProcessLauncher;
import dev.hotswap.process.LaunchAdditions;
import dev.hotswap.web.ConnectionEvents;
import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.TestClient;
import dev.hotswap.web.netty.HandoffNettyCustomizer;
import dev.hotswap.web.tomcat.HandoffTomcatCustomizer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.actuate.endpoint.ApiVersion;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointWebExtension;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.application.AvailabilityHealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.reactor.netty.autoconfigure.actuate.web.server.NettyReactiveManagementContextAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatReactiveManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration;
import org.springframework.boot.web.server.reactive.context.AnnotationConfigReactiveWebServerApplicationContext;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link HotswapAutoConfiguration}, {@link HotswapActuatorAutoConfiguration}
 * and {@link HotswapTomcatAutoConfiguration}.
 */
class HotswapAutoConfigurationTests {

	private final Handoff handoff = mock(Handoff.class);

	private final WebApplicationContextRunner plain = new WebApplicationContextRunner()
		.withPropertyValues("management.endpoints.web.exposure.include=*")
		.withConfiguration(AutoConfigurations.of(HotswapAutoConfiguration.class, HotswapActuatorAutoConfiguration.class,
				HotswapTomcatAutoConfiguration.class, EndpointAutoConfiguration.class,
				WebEndpointAutoConfiguration.class, HealthEndpointAutoConfiguration.class,
				HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class,
				AvailabilityProbesAutoConfiguration.class, AvailabilityHealthContributorAutoConfiguration.class,
				ApplicationAvailabilityAutoConfiguration.class));

	private final WebApplicationContextRunner runner = this.plain.withBean("hotswapHandoff", Handoff.class,
			() -> this.handoff);

	HotswapAutoConfigurationTests() {
		role(Role.ACTIVE);
	}

	@Test
	void withoutHandoffNothingIsAdded() {
		this.plain.run((context) -> {
			assertThat(context).hasNotFailed()
				.doesNotHaveBean(HotswapProperties.class)
				.doesNotHaveBean(HotswapEndpoint.class)
				.doesNotHaveBean(HotswapHealthIndicator.class)
				.doesNotHaveBean(HotswapHealthEndpointGroupsPostProcessor.class)
				.doesNotHaveBean(Readiness.class)
				.doesNotHaveBean(HandoffTomcatCustomizer.class);
			assertThat(context.getBeanDefinitionNames()).noneMatch((name) -> name.contains("hotswap"));
		});
	}

	@Test
	void withHandoffEndpointAndHealthAreThere() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(HotswapProperties.class)
			.hasSingleBean(HotswapEndpoint.class)
			.hasSingleBean(HotswapHealthIndicator.class)
			.hasSingleBean(HotswapHealthEndpointGroupsPostProcessor.class)
			.hasSingleBean(Readiness.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.endpoints.web.exposure.include=health",
			"management.endpoint.hotswap.access=NONE", "management.endpoints.web.exposure.exclude=hotswap" })
	void endpointThatIsNotAvailableIsNotThere(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).doesNotHaveBean(HotswapEndpoint.class)
				.hasSingleBean(HotswapHealthIndicator.class));
	}

	@ParameterizedTest
	@CsvSource({ ",GET GET", "READ_ONLY,GET GET", "UNRESTRICTED,GET GET POST POST DELETE" })
	void endpointIsReadOnlyUntilItsAccessIsGranted(String access, String methods) {
		WebApplicationContextRunner runner = (access != null)
				? this.runner.withPropertyValues("management.endpoint.hotswap.access=" + access) : this.runner;
		runner.run((context) -> {
			ExposableWebEndpoint endpoint = context.getBean(WebEndpointsSupplier.class)
				.getEndpoints()
				.stream()
				.filter((candidate) -> candidate.getRootPath().equals("hotswap"))
				.findAny()
				.orElseThrow();
			assertThat(endpoint.getOperations()).extracting(WebOperation::getRequestPredicate)
				.extracting((predicate) -> predicate.getHttpMethod().name())
				.containsExactlyInAnyOrder(methods.split(" "));
		});
	}

	@Test
	void healthIndicatorCanBeDisabled() {
		this.runner.withPropertyValues("management.health.hotswap.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(HotswapHealthIndicator.class)
				.doesNotHaveBean(HotswapHealthEndpointGroupsPostProcessor.class)
				.hasSingleBean(Readiness.class));
	}

	@Test
	void usersOwnBeansWin() {
		HotswapEndpoint endpoint = new HotswapEndpoint(this.handoff, new ReleaseListing(null));
		HotswapHealthIndicator indicator = new HotswapHealthIndicator(this.handoff);
		Readiness readiness = new Readiness(mock(HealthEndpoint.class));
		this.runner.withBean("ownEndpoint", HotswapEndpoint.class, () -> endpoint)
			.withBean("ownIndicator", HotswapHealthIndicator.class, () -> indicator)
			.withBean("ownReadiness", Readiness.class, () -> readiness)
			.run((context) -> {
				assertThat(context).getBean(HotswapEndpoint.class).isSameAs(endpoint);
				assertThat(context).getBean(HotswapHealthIndicator.class).isSameAs(indicator);
				assertThat(context).getBean(Readiness.class).isSameAs(readiness);
			});
	}

	@Test
	void usersOwnHealthGroupsWin() {
		HotswapHealthEndpointGroupsPostProcessor own = new HotswapHealthEndpointGroupsPostProcessor(
				new StaticListableBeanFactory().getBeanProvider(Handoff.class));
		this.runner.withBean("ownGroups", HotswapHealthEndpointGroupsPostProcessor.class, () -> own)
			.run((context) -> assertThat(context).getBean(HotswapHealthEndpointGroupsPostProcessor.class)
				.isSameAs(own));
	}

	@Test
	void connectionsAreWatchedForWhoeverListens() {
		this.runner.withPropertyValues("hotswap.connections.idle-timeout=30s").run((context) -> {
			assertThat(context).doesNotHaveBean(ConnectionEvents.class);
			assertThat(context.getBean(ConnectionMonitoring.class).events()).isNull();
			assertThat(context.getBean(ConnectionMonitoring.class).idleTimeout()).hasSeconds(30);
		});
		this.runner.withBean(ConnectionListener.class, () -> (event) -> {
		}).run((context) -> {
			assertThat(context).hasSingleBean(ConnectionEvents.class);
			assertThat(context.getBean(ConnectionMonitoring.class).events())
				.isSameAs(context.getBean(ConnectionEvents.class));
		});
	}

	@Test
	void usersOwnConnectionBeansWin() {
		ConnectionEvents events = new ConnectionEvents(List.of());
		this.runner.withBean(ConnectionListener.class, () -> (event) -> {
		})
			.withBean("ownEvents", ConnectionEvents.class, () -> events)
			.withBean("ownMonitoring", ConnectionMonitoring.class, () -> ConnectionMonitoring.NONE)
			.run((context) -> {
				assertThat(context).getBean(ConnectionEvents.class).isSameAs(events);
				assertThat(context).getBean(ConnectionMonitoring.class).isSameAs(ConnectionMonitoring.NONE);
			});
	}

	@Test
	void withoutActuatorNothingOfItIsAdded() {
		new ApplicationContextRunner().withClassLoader(new FilteredClassLoader(HealthEndpoint.class))
			.withConfiguration(
					AutoConfigurations.of(HotswapAutoConfiguration.class, HotswapActuatorAutoConfiguration.class))
			.withBean(Handoff.class, () -> this.handoff)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(HotswapProperties.class)
				.doesNotHaveBean(HotswapEndpoint.class));
	}

	@Test
	void handoffOfTheUsersOwnHasNoListenersForTomcat() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(HandoffTomcatCustomizer.class));
	}

	@Test
	void engineCustomizesTomcat() {
		HandoffEngine engine = engine();
		try {
			this.plain.withBean(HandoffEngine.class, () -> engine)
				.run((context) -> assertThat(context).hasSingleBean(HandoffTomcatCustomizer.class));
			HandoffTomcatCustomizer own = new HandoffTomcatCustomizer("own", engine::claim, engine.connectors(),
					ConnectionMonitoring.NONE);
			this.plain.withBean(HandoffEngine.class, () -> engine)
				.withBean("ownCustomizer", HandoffTomcatCustomizer.class, () -> own)
				.run((context) -> assertThat(context).getBean(HandoffTomcatCustomizer.class).isSameAs(own));
			this.plain.withBean(HandoffEngine.class, () -> engine)
				.withClassLoader(new FilteredClassLoader(ConfigurableTomcatWebServerFactory.class))
				.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("hotswapTomcatCustomizer"));
		}
		finally {
			engine.stop();
		}
	}

	@Test
	void engineCustomizesReactorNetty() {
		HandoffEngine engine = engine();
		try {
			ReactiveWebApplicationContextRunner netty = new ReactiveWebApplicationContextRunner()
				.withConfiguration(AutoConfigurations.of(HotswapAutoConfiguration.class,
						HotswapNettyAutoConfiguration.class, HotswapTomcatAutoConfiguration.class))
				.withBean(HandoffEngine.class, () -> engine);
			netty.run((context) -> assertThat(context).hasSingleBean(HandoffNettyCustomizer.class));
			HandoffNettyCustomizer own = new HandoffNettyCustomizer("own", engine::claim, engine.connectors(),
					ConnectionMonitoring.NONE);
			netty.withBean("ownCustomizer", HandoffNettyCustomizer.class, () -> own)
				.run((context) -> assertThat(context).getBean(HandoffNettyCustomizer.class).isSameAs(own));
			netty
				.withClassLoader(new FilteredClassLoader("reactor.netty", "io.netty", "dev.hotswap.web.netty",
						"org.springframework.boot.reactor"))
				.run((context) -> assertThat(context).hasNotFailed()
					.hasSingleBean(HandoffTomcatCustomizer.class)
					.doesNotHaveBean("hotswapNettyCustomizer"));
			netty
				.withClassLoader(new FilteredClassLoader("org.apache.catalina", "org.apache.coyote",
						"org.apache.tomcat", "jakarta.servlet", "jakarta.websocket", "dev.hotswap.web.tomcat",
						"org.springframework.boot.tomcat"))
				.run((context) -> assertThat(context).hasNotFailed()
					.hasSingleBean(HandoffNettyCustomizer.class)
					.doesNotHaveBean("hotswapTomcatCustomizer"));
		}
		finally {
			engine.stop();
		}
	}

	@Test
	void mainAndManagementServerOnReactorNettyTakePart() {
		assertThatMainAndManagementServerTakePart(NettyReactiveWebServerAutoConfiguration.class,
				NettyReactiveManagementContextAutoConfiguration.class, HotswapNettyAutoConfiguration.class);
	}

	@Test
	void mainAndManagementServerOfWebFluxOnTomcatTakePart() {
		assertThatMainAndManagementServerTakePart(TomcatReactiveWebServerAutoConfiguration.class,
				TomcatReactiveManagementContextAutoConfiguration.class, HotswapTomcatAutoConfiguration.class);
	}

	private void assertThatMainAndManagementServerTakePart(Class<?>... server) {
		HandoffEngine engine = engine();
		try {
			engine.connectors().openGates();
			new ReactiveWebApplicationContextRunner(AnnotationConfigReactiveWebServerApplicationContext::new)
				.withPropertyValues("server.port=0", "server.address=127.0.0.1", "management.server.port=0",
						"management.server.address=127.0.0.1")
				.withConfiguration(AutoConfigurations.of(server))
				.withConfiguration(
						AutoConfigurations.of(WebFluxAutoConfiguration.class, HttpHandlerAutoConfiguration.class,
								ManagementContextAutoConfiguration.class, EndpointAutoConfiguration.class,
								WebEndpointAutoConfiguration.class, HotswapAutoConfiguration.class))
				.withBean(HandoffEngine.class, () -> engine)
				.run((context) -> {
					assertThat(context).hasNotFailed();
					assertThat(engine.connectors().all()).extracting(HandoffConnector::name)
						.containsExactlyInAnyOrder("server", "management");
					for (HandoffConnector connector : engine.connectors().all()) {
						assertThat(status(connector)).isEqualTo(404);
					}
				});
			assertThat(engine.connectors().all()).isEmpty();
		}
		finally {
			engine.stop();
		}
	}

	private static int status(HandoffConnector connector) throws Exception {
		try (TestClient client = new TestClient(connector.address())) {
			return client.get("/nothing").status();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "a.b=c", "management.endpoint.health.group.readiness.include=readinessState,own",
			"management.endpoint.health.probes.add-additional-paths=true",
			"management.endpoint.health.status.order=down,out-of-service,up" })
	void readinessOfALeavingProcessIsDrainingAndHttp200(String property) {
		role(Role.DRAINING);
		ready().withPropertyValues(property)
			.withBean("own", HealthIndicator.class, () -> () -> Health.up().build())
			.run((context) -> {
				WebEndpointResponse<HealthDescriptor> readiness = readiness(
						context.getBean(HealthEndpointWebExtension.class));
				assertThat(readiness.getBody().getStatus().getCode()).isEqualTo("DRAINING");
				assertThat(readiness.getStatus()).isEqualTo(200);
				assertThat(context.getBean(HealthEndpoint.class).health().getStatus().getCode()).isEqualTo("DRAINING");
			});
	}

	@Test
	void readinessOfALeavingProcessWhoseMemberIsDownIsDown() {
		role(Role.DRAINING);
		ready().withPropertyValues("management.endpoint.health.group.readiness.include=readinessState,own")
			.withBean("own", HealthIndicator.class, () -> () -> Health.down().build())
			.run((context) -> {
				WebEndpointResponse<HealthDescriptor> readiness = readiness(
						context.getBean(HealthEndpointWebExtension.class));
				assertThat(readiness.getBody().getStatus().getCode()).isEqualTo("DOWN");
				assertThat(readiness.getStatus()).isEqualTo(503);
			});
	}

	@Test
	void readinessThatRefusesTrafficIs503AlsoWhileLeaving() {
		role(Role.DRAINING);
		this.runner.run((context) -> {
			AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
			assertThat(readiness(context.getBean(HealthEndpointWebExtension.class)).getStatus()).isEqualTo(503);
		});
	}

	@Test
	void readinessOfAProcessThatNobodySucceedsIsDrainingAndHttp503() {
		role(Role.DRAINING, null);
		ready().withPropertyValues("management.endpoint.health.group.readiness.include=own")
			.withBean("own", HealthIndicator.class, () -> () -> Health.up().build())
			.run((context) -> {
				WebEndpointResponse<HealthDescriptor> readiness = readiness(
						context.getBean(HealthEndpointWebExtension.class));
				assertThat(readiness.getBody().getStatus().getCode()).isEqualTo("DRAINING");
				assertThat(readiness.getStatus()).isEqualTo(503);
			});
	}

	@Test
	void livenessDoesNotKnowTheComponent() {
		role(Role.DRAINING);
		ready().run((context) -> assertThat(
				context.getBean(HealthEndpoint.class).healthForPath("liveness").getStatus().getCode())
			.isEqualTo("UP"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "a.b=c", "management.health.hotswap.enabled=false" })
	void livenessFailsAtOnceUnlessAToleranceIsConfigured(String property) {
		role(Role.SUCCEEDING);
		WebApplicationContextRunner failing = ready().withPropertyValues(property,
				"management.endpoint.health.group.liveness.include=own");
		failing.withBean("own", HealthIndicator.class, () -> () -> Health.down().build())
			.run((context) -> assertThat(liveness(context)).isEqualTo(503));
		failing.withPropertyValues("hotswap.liveness.tolerance.failures=1")
			.withBean("own", HealthIndicator.class, () -> () -> Health.down().build())
			.run((context) -> {
				assertThat(liveness(context)).isEqualTo(200);
				assertThat(liveness(context)).isEqualTo(503);
			});
		failing.withPropertyValues("hotswap.liveness.tolerance.duration=1h")
			.withBean("own", HealthIndicator.class, () -> () -> Health.down().build())
			.run((context) -> {
				assertThat(liveness(context)).isEqualTo(200);
				role(Role.ACTIVE, null);
				assertThat(liveness(context)).isEqualTo(503);
				role(Role.SUCCEEDING);
			});
	}

	private static int liveness(ApplicationContext context) {
		return context.getBean(HealthEndpointWebExtension.class)
			.health(ApiVersion.V3, WebServerNamespace.SERVER, SecurityContext.NONE, "liveness")
			.getStatus();
	}

	@Test
	void readinessIsAskedWithAndWithoutProbes() {
		ready().run((context) -> assertThat(context.getBean(Readiness.class).problem()).isNull());
		ready().withPropertyValues("management.endpoint.health.probes.enabled=false")
			.withBean("own", HealthIndicator.class, () -> () -> Health.down().build())
			.run((context) -> assertThat(context.getBean(Readiness.class).problem()).isEqualTo("The health is DOWN."));
	}

	private WebApplicationContextRunner ready() {
		return this.runner.withInitializer((context) -> context.addApplicationListener((event) -> {
			if (event instanceof org.springframework.context.event.ContextRefreshedEvent) {
				AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
				AvailabilityChangeEvent.publish(context, org.springframework.boot.availability.LivenessState.CORRECT);
			}
		}));
	}

	private static WebEndpointResponse<HealthDescriptor> readiness(HealthEndpointWebExtension health) {
		return health.health(ApiVersion.V3, WebServerNamespace.SERVER, SecurityContext.NONE, "readiness");
	}

	/** As one side of a handoff. */
	private void role(Role role) {
		role(role, new HandoffStatus.Running("h1", Stage.DRAIN, Instant.EPOCH, 4712L));
	}

	private void role(Role role, HandoffStatus.@Nullable Running running) {
		given(this.handoff.status()).willReturn(new HandoffStatus(role, 1, 4711, "shop", null, null, Instant.EPOCH,
				List.of(), running, List.of(), List.of()));
	}

	/** It owns nothing until it begins. */
	private static HandoffEngine engine() {
		return new HandoffEngine(new HandoffSettings("shop", null, Path.of("unused.sock"), false,
				LaunchAdditions.none(), Set.of(), false, Duration.ofMinutes(1), Duration.ZERO, Duration.ofMinutes(1),
				Duration.ZERO, 4, Duration.ZERO, Duration.ZERO, Duration.ofMinutes(1), true, true),
				new ChildProcessLauncher());
	}

}
