// Amazon ECS: the service and its operations; the shapes are in the files beside it.
$version: "2"

namespace com.amazonaws.ecs

use aws.api#service
use aws.auth#sigv4
use aws.protocols#awsJson1_1

@service(sdkId: "ECS", arnNamespace: "ecs")
@sigv4(name: "ecs")
@awsJson1_1
service AmazonEC2ContainerServiceV20141113 {
    version: "2014-11-13"
    operations: [
        ContinueServiceDeployment
        CreateCapacityProvider
        CreateCluster
        CreateDaemon
        CreateExpressGatewayService
        CreateService
        CreateTaskSet
        DeleteAccountSetting
        DeleteAttributes
        DeleteCapacityProvider
        DeleteCluster
        DeleteDaemon
        DeleteDaemonTaskDefinition
        DeleteExpressGatewayService
        DeleteService
        DeleteTaskDefinitions
        DeleteTaskSet
        DeregisterContainerInstance
        DeregisterTaskDefinition
        DescribeCapacityProviders
        DescribeClusters
        DescribeContainerInstances
        DescribeDaemon
        DescribeDaemonDeployments
        DescribeDaemonRevisions
        DescribeDaemonTaskDefinition
        DescribeExpressGatewayService
        DescribeServiceDeployments
        DescribeServiceRevisions
        DescribeServices
        DescribeTaskDefinition
        DescribeTaskSets
        DescribeTasks
        DiscoverPollEndpoint
        ExecuteCommand
        GetTaskProtection
        ListAccountSettings
        ListAttributes
        ListClusters
        ListContainerInstances
        ListDaemonDeployments
        ListDaemonTaskDefinitions
        ListDaemons
        ListServiceDeployments
        ListServices
        ListServicesByNamespace
        ListTagsForResource
        ListTaskDefinitionFamilies
        ListTaskDefinitions
        ListTasks
        PutAccountSetting
        PutAccountSettingDefault
        PutAttributes
        PutClusterCapacityProviders
        RegisterContainerInstance
        RegisterDaemonTaskDefinition
        RegisterTaskDefinition
        RunTask
        StartTask
        StopServiceDeployment
        StopTask
        SubmitAttachmentStateChanges
        SubmitContainerStateChange
        SubmitTaskStateChange
        TagResource
        UntagResource
        UpdateCapacityProvider
        UpdateCluster
        UpdateClusterSettings
        UpdateContainerAgent
        UpdateContainerInstancesState
        UpdateDaemon
        UpdateExpressGatewayService
        UpdateService
        UpdateServicePrimaryTaskSet
        UpdateTaskProtection
        UpdateTaskSet
    ]
}
