using Canario.Kubernetes.Models;

namespace Canario.Kubernetes;

/// <summary>The modelled kinds. Where Kubernetes 1.20 has only an older version, both are here: <see cref="KubernetesClient.ResolveAsync{T}"/> picks the one that is served.</summary>
public static class Resources
{
    public static ResourceType<Namespace> Namespaces { get; } = new(
        "", "v1", "namespaces", "Namespace", false, KubernetesJson.Default.Namespace, KubernetesJson.Default.KubernetesListNamespace);

    public static ResourceType<ConfigMap> ConfigMaps { get; } = new(
        "", "v1", "configmaps", "ConfigMap", true, KubernetesJson.Default.ConfigMap, KubernetesJson.Default.KubernetesListConfigMap);

    public static ResourceType<Secret> Secrets { get; } = new(
        "", "v1", "secrets", "Secret", true, KubernetesJson.Default.Secret, KubernetesJson.Default.KubernetesListSecret);

    public static ResourceType<ServiceAccount> ServiceAccounts { get; } = new(
        "", "v1", "serviceaccounts", "ServiceAccount", true, KubernetesJson.Default.ServiceAccount, KubernetesJson.Default.KubernetesListServiceAccount);

    public static ResourceType<Service> Services { get; } = new(
        "", "v1", "services", "Service", true, KubernetesJson.Default.Service, KubernetesJson.Default.KubernetesListService);

    public static ResourceType<Role> Roles { get; } = new(
        "rbac.authorization.k8s.io", "v1", "roles", "Role", true, KubernetesJson.Default.Role, KubernetesJson.Default.KubernetesListRole);

    public static ResourceType<ClusterRole> ClusterRoles { get; } = new(
        "rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false, KubernetesJson.Default.ClusterRole, KubernetesJson.Default.KubernetesListClusterRole);

    public static ResourceType<RoleBinding> RoleBindings { get; } = new(
        "rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true, KubernetesJson.Default.RoleBinding, KubernetesJson.Default.KubernetesListRoleBinding);

    public static ResourceType<ClusterRoleBinding> ClusterRoleBindings { get; } = new(
        "rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false, KubernetesJson.Default.ClusterRoleBinding, KubernetesJson.Default.KubernetesListClusterRoleBinding);

    public static ResourceType<Deployment> Deployments { get; } = new(
        "apps", "v1", "deployments", "Deployment", true, KubernetesJson.Default.Deployment, KubernetesJson.Default.KubernetesListDeployment);

    public static ResourceType<ReplicaSet> ReplicaSets { get; } = new(
        "apps", "v1", "replicasets", "ReplicaSet", true, KubernetesJson.Default.ReplicaSet, KubernetesJson.Default.KubernetesListReplicaSet);

    public static ResourceType<ControllerRevision> ControllerRevisions { get; } = new(
        "apps", "v1", "controllerrevisions", "ControllerRevision", true, KubernetesJson.Default.ControllerRevision, KubernetesJson.Default.KubernetesListControllerRevision);

    public static ResourceType<Pod> Pods { get; } = new(
        "", "v1", "pods", "Pod", true, KubernetesJson.Default.Pod, KubernetesJson.Default.KubernetesListPod);

    public static ResourceType<EndpointSlice> EndpointSlices { get; } = new(
        "discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true, KubernetesJson.Default.EndpointSlice, KubernetesJson.Default.KubernetesListEndpointSlice);

    public static ResourceType<EndpointSlice> EndpointSlicesV1Beta1 { get; } = new(
        "discovery.k8s.io", "v1beta1", "endpointslices", "EndpointSlice", true, KubernetesJson.Default.EndpointSlice, KubernetesJson.Default.KubernetesListEndpointSlice);

    public static ResourceType<PodDisruptionBudget> PodDisruptionBudgets { get; } = new(
        "policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true, KubernetesJson.Default.PodDisruptionBudget, KubernetesJson.Default.KubernetesListPodDisruptionBudget);

    public static ResourceType<PodDisruptionBudget> PodDisruptionBudgetsV1Beta1 { get; } = new(
        "policy", "v1beta1", "poddisruptionbudgets", "PodDisruptionBudget", true, KubernetesJson.Default.PodDisruptionBudget, KubernetesJson.Default.KubernetesListPodDisruptionBudget);

    public static ResourceType<HorizontalPodAutoscaler> HorizontalPodAutoscalers { get; } = new(
        "autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true, KubernetesJson.Default.HorizontalPodAutoscaler, KubernetesJson.Default.KubernetesListHorizontalPodAutoscaler);

    public static ResourceType<HorizontalPodAutoscaler> HorizontalPodAutoscalersV2Beta2 { get; } = new(
        "autoscaling", "v2beta2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true, KubernetesJson.Default.HorizontalPodAutoscaler, KubernetesJson.Default.KubernetesListHorizontalPodAutoscaler);

    public static ResourceType<Job> Jobs { get; } = new(
        "batch", "v1", "jobs", "Job", true, KubernetesJson.Default.Job, KubernetesJson.Default.KubernetesListJob);

    public static ResourceType<CronJob> CronJobs { get; } = new(
        "batch", "v1", "cronjobs", "CronJob", true, KubernetesJson.Default.CronJob, KubernetesJson.Default.KubernetesListCronJob);

    public static ResourceType<CronJob> CronJobsV1Beta1 { get; } = new(
        "batch", "v1beta1", "cronjobs", "CronJob", true, KubernetesJson.Default.CronJob, KubernetesJson.Default.KubernetesListCronJob);

    public static ResourceType<Lease> Leases { get; } = new(
        "coordination.k8s.io", "v1", "leases", "Lease", true, KubernetesJson.Default.Lease, KubernetesJson.Default.KubernetesListLease);

    public static ResourceType<Event> Events { get; } = new(
        "", "v1", "events", "Event", true, KubernetesJson.Default.Event, KubernetesJson.Default.KubernetesListEvent);

    public static ResourceType<HttpRoute> HttpRoutes { get; } = new(
        "gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute", true, KubernetesJson.Default.HttpRoute, KubernetesJson.Default.KubernetesListHttpRoute);

    public static ResourceType<CustomResourceDefinition> CustomResourceDefinitions { get; } = new(
        "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false, KubernetesJson.Default.CustomResourceDefinition, KubernetesJson.Default.KubernetesListCustomResourceDefinition);
}
